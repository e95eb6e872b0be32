// The logger that the loop asks for: pino's shape, nothing of pino's weight.

export type Log = {
  debug(about: object, text: string): void;
  info(about: object, text: string): void;
  warn(about: object, text: string): void;
  error(about: object, text: string): void;
};
