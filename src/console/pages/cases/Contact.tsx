import type { Case } from '../../../client/types.ts';
import { Copy } from '../../components/index.ts';

type Told = Case['contacts'][number];

/** Whom to turn to, all lines as they are; what is typed elsewhere can be copied. */
export function Contact({ contact }: { contact: Told }) {
  const { name, lines, email, address, url } = contact;
  return (
    <address class="contact">
      <strong>{name}</strong>
      {lines.map((line) => (
        <span key={line} class="contact-line">
          <span>
            {line === url && /^https:\/\//.test(line) ? (
              <a href={line} target="_blank" rel="noreferrer noopener">
                {line}
              </a>
            ) : (
              line
            )}
          </span>
          {line === email ? <Copy text={line} what={line} /> : null}
          {address !== null && line === address.at(-1) ? <Copy text={address.join('\n')} what={address.join(', ')} /> : null}
        </span>
      ))}
    </address>
  );
}
