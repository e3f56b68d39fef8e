import type { ComponentChildren } from 'preact';
import { ApiProblem, Unreachable } from '../api/request.ts';
import { t } from '../state/language.ts';
import type { Live } from '../state/live.ts';
import { Button } from './Button.tsx';
import { type Icon, WarningIcon } from './icons.tsx';
import { Spinner } from './Spinner.tsx';

/** While something is read for the first time. */
export function Loading({ text }: { text?: string }) {
  return (
    <div class="loading" role="status">
      <Spinner />
      <p>{text ?? t('console.state.loading')}</p>
    </div>
  );
}

/** There is nothing to show, and what would change that. */
export function Empty({ icon: Icon, title, children }: { icon: Icon; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon class="large" />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What an error says to a person. */
export function wordsOf(error: unknown): { title: string; detail: string; next?: string; href?: string } {
  if (error instanceof ApiProblem) {
    const { title, detail, nextStep } = error.problem;
    const href = nextStep?.href;
    return {
      title,
      detail,
      ...(nextStep === undefined ? {} : { next: nextStep.text }),
      ...(href !== undefined && /^(https?:|#|\/)/.test(href) ? { href } : {}),
    };
  }
  if (error instanceof Unreachable) {
    return { title: t('console.offline.title'), detail: t('console.offline.detail'), next: t('console.offline.next') };
  }
  return { title: t('console.state.broken_title'), detail: t('console.state.broken_detail') };
}

/** An error in full: what happened, why, what to do now. Announced when it appears. */
export function ErrorBox({ error, onRetry, children }: { error: unknown; onRetry?: () => void; children?: ComponentChildren }) {
  const { title, detail, next, href } = wordsOf(error);
  return (
    <div class="box bad" role="alert">
      <WarningIcon />
      <div>
        <p class="box-title">{title}</p>
        <p>{detail}</p>
        {next === undefined ? null : <p class="next">{href === undefined ? next : <a href={href}>{next}</a>}</p>}
        {children}
        {onRetry === undefined ? null : (
          <p>
            <Button onClick={onRetry}>{t('console.state.retry')}</Button>
          </p>
        )}
      </div>
    </div>
  );
}

/** Something worth knowing, in a box. */
export function Note({
  tone = 'plain',
  icon: Icon,
  children,
}: {
  tone?: 'plain' | 'good' | 'warn' | 'bad';
  icon: Icon;
  children: ComponentChildren;
}) {
  return (
    <div class={`box ${tone}`}>
      <Icon />
      <div>{children}</div>
    </div>
  );
}

/** Shows what a `useLive` has: loading, error, or the data. Old data stays in sight while the daemon is away. */
export function Shown<T>({ live, children }: { live: Live<T>; children: (data: T) => ComponentChildren }) {
  const data = live.data.value;
  const error = live.error.value;
  const failed = error !== undefined && !(error instanceof Unreachable && data !== undefined);
  return (
    <>
      {failed ? <ErrorBox error={error} onRetry={() => void live.reload()} /> : null}
      {data !== undefined ? children(data) : failed ? null : <Loading />}
    </>
  );
}
