// Reads `Blocked by #12` lines out of an issue, for servers that know no dependencies.

/** More than anybody writes by hand; each costs a request. */
const most = 10;

/** Numbers of issues of the same repository, each once, in order. */
export const readBlockers = (body: string): number[] => {
  const lines = body
    .slice(0, 100_000)
    .match(/^[ \t>*-]*blocked by:?[ \t]+#\d{1,9}(?:[ \t]*(?:,|and)[ \t]*#\d{1,9})*/gim);
  const numbers = (lines ?? []).flatMap((line) => (line.match(/#\d+/g) ?? []).map((one) => Number(one.slice(1))));
  return [...new Set(numbers)].slice(0, most);
};
