// Somebody did it, and GitHub does not say who: GitHub's own ghost. A bot, so that it starts nothing and commands nothing.
import type { Actor } from '../../facts/person.ts';

export const nobodyKnown: Actor = { id: 0, login: 'ghost', kind: 'bot' };
