import type { ComponentChildren, JSX } from 'preact';
import type { Icon } from './icons.tsx';
import { Spinner } from './Spinner.tsx';

export interface ButtonProps extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'ref'> {
  /** `primary`: what most people came for, once on a page. `danger`: cannot be undone. `quiet`: beside something. */
  tone?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: Icon;
  /** Shows that it works on it, and takes no second press. */
  busy?: boolean;
  children?: ComponentChildren;
}

/** A button. `type` is `button` unless said otherwise, so that only a form's own button submits it. */
export function Button({ tone = 'plain', icon: Icon, busy = false, children, class: name, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={`button ${tone} ${typeof name === 'string' ? name : ''}`}
      disabled={disabled}
      aria-busy={busy}
      aria-disabled={busy}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else rest.onClick?.(event);
      }}
    >
      {busy ? <Spinner /> : Icon === undefined ? null : <Icon />}
      <span>{children}</span>
    </button>
  );
}

/** A link that looks like a button: it goes somewhere, or downloads. */
export function ButtonLink({
  tone = 'plain',
  icon: Icon,
  href,
  download,
  children,
}: Pick<ButtonProps, 'tone' | 'icon' | 'children'> & { href: string; download?: string }) {
  return (
    <a href={href} class={`button ${tone}`} {...(download === undefined ? {} : { download })}>
      {Icon === undefined ? null : <Icon />}
      <span>{children}</span>
    </a>
  );
}
