import { testMatrix } from './matrix.ts';

testMatrix('pglite');
