// The log of one job: whole lines only, so that a secret split over two chunks is masked as well.

export class JobLog {
  readonly #masks = new Set<string>();
  #text = '';
  #rest = '';

  mask(secret: string): void {
    for (const line of secret.split('\n')) if (line.trim()) this.#masks.add(line.trim());
  }

  /** One line of the host's own. */
  line(text: string): void {
    this.end();
    this.#write(text);
  }

  /** Output of a process, in whatever pieces it comes. */
  chunk(piece: string): void {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#write(line);
  }

  /** The process ended: what is left is a line. */
  end(): void {
    const rest = this.#rest;
    this.#rest = '';
    if (rest) this.#write(rest);
  }

  text(): string {
    return this.#text;
  }

  #write(line: string): void {
    const masked = /^::add-mask::(.+)$/.exec(line);
    if (masked?.[1]) {
      this.mask(masked[1]);
      return;
    }
    let shown = line.replace(/^::(error|warning|notice|debug|group|endgroup)(?: [^:]*)?::/, '##[$1]');
    for (const secret of [...this.#masks].sort((a, b) => b.length - a.length)) shown = shown.replaceAll(secret, '***');
    this.#text += `${shown}\n`;
  }
}
