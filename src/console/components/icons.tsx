import type { ComponentChildren, JSX } from 'preact';

export type Icon = (props: { class?: string }) => JSX.Element;

/** An icon of 24 by 24 units, drawn in lines of the text's colour; it says nothing by itself, so the text beside it must. */
function drawn(children: ComponentChildren): Icon {
  return ({ class: name = '' }) => (
    <svg class={`icon ${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const KeyIcon = drawn(
  <>
    <circle cx="8" cy="8" r="4.5" />
    <path d="m11.3 11.3 8.2 8.2M16 16l2.5-2.5M19 19l1.5-1.5" />
  </>,
);
export const CardIcon = drawn(
  <>
    <rect x="2.5" y="5" width="19" height="14" rx="2.5" />
    <rect x="6" y="9" width="4.5" height="3.8" rx="1" />
    <path d="M14 10h4M14 13.5h4M6 16h3" />
  </>,
);
export const CertificateIcon = drawn(
  <>
    <path d="M20.5 13V5.5a2 2 0 0 0-2-2h-13a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2H11M7 8h10M7 12h5" />
    <circle cx="16.8" cy="15.6" r="2.9" />
    <path d="m15.2 18-.9 3.6 2.5-1.3 2.5 1.3-.9-3.6" />
  </>,
);
export const SignIcon = drawn(<path d="M3 20.5h18M5 16.2 15.8 5.4a2 2 0 0 1 2.8 2.8L7.8 19l-3.5.7.7-3.5ZM13.7 7.5l2.8 2.8" />);
export const CaseIcon = drawn(
  <path d="M9 4.5h6v3H9zM9 6H6.5a1.5 1.5 0 0 0-1.5 1.5v12A1.5 1.5 0 0 0 6.5 21h11a1.5 1.5 0 0 0 1.5-1.5v-12A1.5 1.5 0 0 0 17.5 6H15M8.5 12l1.2 1.2 2-2.2M8.5 17l1.2 1.2 2-2.2M14 12.5h2M14 17.5h2" />,
);
export const DoctorIcon = drawn(<path d="M3 12.5h4l2-5 3.5 10 2.8-7 1.2 2H21" />);
export const HelpIcon = drawn(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M9.4 9.2a2.7 2.7 0 1 1 3.9 2.5c-.9.4-1.3 1-1.3 2M12 17.2v.1" />
  </>,
);
export const AuditIcon = drawn(<path d="M4 6h2M4 12h2M4 18h2M9.5 6H20M9.5 12H20M9.5 18H20" />);
export const SettingsIcon = drawn(
  <>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2.1" />
    <circle cx="9" cy="17" r="2.1" />
  </>,
);
export const SiteIcon = drawn(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M3 12h18M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18" />
  </>,
);
export const LockIcon = drawn(
  <>
    <rect x="4.5" y="10.5" width="15" height="10" rx="2.2" />
    <path d="M8 10.5V7.6a4 4 0 0 1 8 0v2.9M12 14.5v2.2" />
  </>,
);
export const CheckIcon = drawn(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="m8 12.3 2.8 2.8L16.2 9.4" />
  </>,
);
export const CrossIcon = drawn(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="m9 9 6 6M15 9l-6 6" />
  </>,
);
export const WarningIcon = drawn(<path d="M12 4 2.8 20h18.4L12 4ZM12 10v4.5M12 17.3v.1" />);
export const InfoIcon = drawn(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 11v5.5M12 7.6v.1" />
  </>,
);
export const CloseIcon = drawn(<path d="m6 6 12 12M18 6 6 18" />);
export const MenuIcon = drawn(<path d="M4 7h16M4 12h16M4 17h16" />);
export const EyeIcon = drawn(
  <>
    <path d="M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12Z" />
    <circle cx="12" cy="12" r="2.8" />
  </>,
);
export const EyeOffIcon = drawn(
  <>
    <path d="M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12Z" />
    <path d="m4 20 16-16" />
  </>,
);
export const CopyIcon = drawn(
  <path d="M8.5 8.5h10a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 8 19V9.5M4.5 15.5A1 1 0 0 1 4 14.5V5a1.5 1.5 0 0 1 1.5-1.5h9a1 1 0 0 1 1 .5" />,
);
export const DownloadIcon = drawn(<path d="M12 4v11M7.5 11 12 15.5 16.5 11M4.5 19.5h15" />);
export const FileIcon = drawn(
  <path d="M13.5 3.5h-7A1.5 1.5 0 0 0 5 5v14a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19V9l-5.5-5.5ZM13.5 3.5V9H19" />,
);
export const ArrowIcon = drawn(<path d="M5 12h14M13 6l6 6-6 6" />);
export const PinPadIcon = drawn(
  <>
    <rect x="5" y="3" width="14" height="18" rx="2.2" />
    <path d="M8.5 7h7M9 12v.1M12 12v.1M15 12v.1M9 16v.1M12 16v.1M15 16v.1" />
  </>,
);
export const ClockIcon = drawn(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 6.8V12l3.4 2.2" />
  </>,
);
export const RepeatIcon = drawn(<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.3M20 4.5v4.8h-4.8" />);
export const MailIcon = drawn(
  <>
    <rect x="3" y="5.5" width="18" height="13" rx="1.8" />
    <path d="m3.8 7 8.2 6.2L20.2 7" />
  </>,
);
export const PrintIcon = drawn(
  <path d="M7 8.5V3.5h10v5M7 17H4.5A1.5 1.5 0 0 1 3 15.5V10a1.5 1.5 0 0 1 1.5-1.5h15A1.5 1.5 0 0 1 21 10v5.5a1.5 1.5 0 0 1-1.5 1.5H17M7 14h10v6.5H7z" />,
);
export const TrashIcon = drawn(<path d="M4 6.5h16M9 6V4h6v2M6.2 6.5 7 20h10l.8-13.5M10 10.5v6M14 10.5v6" />);
export const SearchIcon = drawn(
  <>
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m15.3 15.3 5.2 5.2" />
  </>,
);
