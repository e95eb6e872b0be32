// Live progress: what happened, and what is being waited for since when. On a terminal the last line keeps counting.

export type Progress = {
  say(text: string): void;
  /** What is waited for from now on; shown with the seconds that it takes. */
  wait(what: string): void;
  quote(title: string, text: string): void;
  /** What was said, with seconds since the start. */
  timeline(): { seconds: number; what: string }[];
  end(): void;
};

export function startProgress(out: { write(text: string): unknown; isTTY?: boolean } | undefined): Progress {
  const started = performance.now();
  const said: { seconds: number; what: string }[] = [];
  let waiting: { what: string; since: number } | undefined;
  const seconds = () => (performance.now() - started) / 1_000;
  const stamp = (at: number) => `${at.toFixed(1).padStart(6)} s  `;
  const clear = () => (out?.isTTY ? '\r\u001b[2K' : '');
  const line = (text: string) => out?.write(`${clear()}${text}\n`);
  const ticking = out?.isTTY
    ? setInterval(() => {
        if (waiting)
          out.write(`${clear()}${stamp(seconds())}… ${waiting.what} (${(seconds() - waiting.since).toFixed(0)} s)`);
      }, 200)
    : undefined;
  return {
    say(what) {
      waiting = undefined;
      said.push({ seconds: Number(seconds().toFixed(2)), what });
      line(`${stamp(seconds())}${what}`);
    },
    wait(what) {
      waiting = { what, since: seconds() };
      if (!out?.isTTY) line(`${stamp(seconds())}… ${what}`);
    },
    quote(title, text) {
      waiting = undefined;
      said.push({ seconds: Number(seconds().toFixed(2)), what: title });
      line(`${stamp(seconds())}${title}\n\n${text.replace(/^/gm, '          ')}\n`);
    },
    timeline: () => said,
    end() {
      clearInterval(ticking);
      out?.write(clear());
    },
  };
}
