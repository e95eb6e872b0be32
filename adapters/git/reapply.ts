// Shell that puts the change between two trees on whatever the index holds, by whole files: a file is there as it was before
// the change, or the change does not apply. A merge of trees would also refuse files that became folders elsewhere.
import { fields } from './parse.ts';

/** Exit code of a change that does not apply; on standard output are then two lists of paths. */
export const conflictCode = 46;

/** `reapply FROM TO`. Compared as binary, so no line of a file is looked for elsewhere; attributes are put back. */
export const reapplyFunction = `
reapply() {
  mkdir -p "$GIT_DIR/info"
  echo '* -text -eol -filter -ident -working-tree-encoding -diff' > "$GIT_DIR/info/attributes"
  git diff-tree -p --binary --full-index --no-renames --no-ext-diff "$1" "$2" > "$TMPDIR/change"
  if [ -s "$TMPDIR/change" ] && ! git apply --cached "$TMPDIR/change" 2> /dev/null; then
    git diff-tree -r -z --no-renames --name-only "$1" "$2"
    printf '\\0'
    git diff-tree -r -z --no-renames --name-only "$1" "$(git write-tree)"
    exit ${conflictCode}
  fi
  echo '* -text -eol -filter -ident -working-tree-encoding' > "$GIT_DIR/info/attributes"
}
`;

const shownPaths = 5;

/** From what a conflict left: paths that both sides changed, or that stand in each other's way. Untrusted text. */
export function conflictingPaths(stdout: Buffer): string {
  const [change = '', others = ''] = stdout.toString('utf8').split('\0\0');
  const theirs = new Set(others.split('\0'));
  const paths = fields(Buffer.from(`${change}\0`)).map((path) => path.toString('utf8'));
  const above = (path: string) => [...theirs].some((one) => one.startsWith(`${path}/`) || path.startsWith(`${one}/`));
  const both = paths.filter((path) => theirs.has(path));
  const found = both.length > 0 ? both : paths.filter(above);
  return (
    found.slice(0, shownPaths).join(', ') + (found.length > shownPaths ? ` and ${found.length - shownPaths} more` : '')
  );
}
