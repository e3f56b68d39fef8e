import type { ComponentChildren } from 'preact';

/** A page's title, a sentence of what it is for, and its content. The title gets the focus when the page is come to. */
export function Page({
  title,
  lead,
  aside,
  children,
}: {
  title: string;
  lead?: string;
  /** Beside the title: an action for the page as a whole. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <>
      <header class="page-head">
        <div>
          <h1 id="page-title" tabIndex={-1}>
            {title}
          </h1>
          {lead === undefined ? null : <p class="lead">{lead}</p>}
        </div>
        {aside === undefined ? null : <div class="page-aside">{aside}</div>}
      </header>
      {children}
    </>
  );
}
