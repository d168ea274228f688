/** One line of JSON for each thing that happened, as CloudWatch Logs Insights reads them. */

export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
export type Level = (typeof LEVELS)[number];
export type Fields = Readonly<Record<string, unknown>>;

export interface Options {
  /** What every line of this logger tells, such as the service. */
  readonly fields: Fields;
  /** Lines below it are not written. Asked each time: it belongs to the environment of a call. */
  readonly level: () => Level;
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

export class Logger {
  constructor(private readonly options: Options) {}

  /** Return a logger whose lines tell more, such as the id of a request. */
  with(fields: Fields): Logger {
    return new Logger({ ...this.options, fields: { ...this.options.fields, ...fields } });
  }

  debug(message: string, fields: Fields = {}): void {
    this.#log("DEBUG", message, fields);
  }

  info(message: string, fields: Fields = {}): void {
    this.#log("INFO", message, fields);
  }

  warning(message: string, fields: Fields = {}): void {
    this.#log("WARNING", message, fields);
  }

  /** Log what went wrong, with the place where it did. */
  error(message: string, error: unknown, fields: Fields = {}): void {
    this.#log("ERROR", message, { ...fields, error: described(error) });
  }

  #log(level: Level, message: string, fields: Fields): void {
    const { level: least, now = () => new Date(), write = toStdout } = this.options;
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least())) return;
    const time = now().toISOString();
    write(JSON.stringify({ time, level, message, ...this.options.fields, ...fields }));
  }
}

/** Not console.log: Lambda puts the time, the request's id and a level before each line of that. */
const toStdout = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function described(error: unknown): Fields {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack };
}
