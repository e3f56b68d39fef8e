import type { Tone } from '../../components/index.ts';
import type { Result } from './findings.ts';

const SHAPES: Readonly<Record<Result, string>> = {
  pass: 'M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19ZM7.6 12.4l3 3 5.8-6.4',
  warn: 'M12 3.2 1.8 21h20.4L12 3.2ZM12 9.6v5M12 17.6v.1',
  fail: 'M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9L7.9 2ZM8.6 8.6l6.8 6.8M15.4 8.6l-6.8 6.8',
  unknown: 'M12 2 22 12 12 22 2 12 12 2ZM9.8 10a2.3 2.3 0 1 1 3.2 2.1c-.7.3-1 .8-1 1.5M12 16.2v.1',
  skip: 'M4 12h16',
};

/** How a result looks: a disc with a tick, a triangle, an octagon with a cross, a diamond, a dash. Its word stands beside it. */
export function Shape({ result, large = false }: { result: Result; large?: boolean }) {
  return (
    <svg class={`icon shape ${result} ${large ? 'large' : ''}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={SHAPES[result]} />
    </svg>
  );
}

export const TONES: Readonly<Record<Result, Tone>> = { pass: 'good', warn: 'warn', fail: 'bad', unknown: 'info', skip: 'plain' };
