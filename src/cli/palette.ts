import pc from 'picocolors';

type Paint = (text: string) => string;

/** The colours that are used; each leaves text as it is where there are none. */
export interface Palette {
  bold: Paint;
  dim: Paint;
  red: Paint;
  green: Paint;
  yellow: Paint;
}

/** Colours for a stream: only on a terminal, and not where NO_COLOR (no-color.org) is set or TERM is `dumb`. */
export function paletteFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Palette {
  const { bold, dim, red, green, yellow } = pc.createColors(stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
  return { bold, dim, red, green, yellow };
}
