import type { Pathway, Procedure } from '../../src/procedures/index.ts';

/** What a public page tells of one procedure. Whatever a row leaves out is not published, and has to be null or empty in the file. */
export interface Row {
  pathway: Pathway;
  confidence: Procedure['confidence'];
  tries?: number;
  fee?: { amount: string; taxIncluded?: boolean; asOf: string };
  free?: false;
  turnaround?: string;
  validity?: string;
  /** Days before the end, days after it. */
  renewal?: [number | null, number | null];
  afterPuk?: RegExp;
  emails?: string[];
  phones?: string[];
  /** Addresses that a person is sent to. */
  links?: string[];
  /** Days that the sources bear. */
  dates?: string[];
  /** Every number that stands in its texts, titles and names, written in digits or in letters, and no other. */
  numbers: string[];
}

const MINUTES = 'A few minutes';
const LAW = ['910', '2014', '28', '4', '319', '411', '1', '24'];
const TOLD_OF_REVOCATION = {
  turnaround: 'It may take up to 24 hours until everybody can see the revocation.',
  dates: ['2026-05-09'],
};
const NOTHING: Row = { pathway: 'unknown', confidence: 'unknown', numbers: [] };
const IZENPE = { phones: ['902 542 542 / 945 01 62 90'], links: ['https://www.izenpe.eus'] };
const SPANISH_PRESS = ['2025-10-01', '2025-10-06'];

/** The table of unblocking, row by row. */
export const UNBLOCK: Readonly<Record<string, Row>> = {
  'certigna-tbs': { pathway: 'send_in', confidence: 'medium', tries: 3, numbers: ['3', '2018'] },
  chambersign: {
    pathway: 'issuer_remote',
    confidence: 'medium',
    tries: 3,
    afterPuk: /third wrong set of answers only a new certificate is left, and it has to be bought/,
    links: ['https://support.chambersign.fr'],
    numbers: ['3'],
  },
  certinomis: { ...NOTHING, links: ['https://www.certinomis.fr'] },
  'certeurope-avocat': { ...NOTHING, dates: ['2024-09-19'] },
  harica: { pathway: 'puk_self_service', confidence: 'medium', tries: 5, turnaround: MINUTES, numbers: ['5'] },
  globalsign: {
    pathway: 'reissue',
    confidence: 'medium',
    tries: 5,
    afterPuk: /Without the administrator password .* is lost/,
    numbers: ['5', '30'],
  },
  'camerfirma-card': { ...NOTHING, links: ['https://camerfirma.com'], numbers: ['3'] },
  cofb: {
    pathway: 'puk_self_service',
    confidence: 'medium',
    tries: 3,
    turnaround: MINUTES,
    afterPuk: /three wrong PUKs the card is useless and a new one is given in person/,
    numbers: ['3'],
  },
  dnie: {
    pathway: 'in_person',
    confidence: 'medium',
    tries: 3,
    turnaround: 'At once',
    dates: ['2017', '2025-02-10'],
    numbers: ['3'],
  },
  'fnmt-card': NOTHING,
  'aoc-tcat': {
    pathway: 'puk_self_service',
    confidence: 'high',
    tries: 3,
    turnaround: MINUTES,
    afterPuk: /three wrong PUKs the service manager asks for revocation and a new issue/,
    links: ['https://scd.aoc.cat/pin/unlock'],
    numbers: ['3', '13', '2023'],
  },
  izenpe: { ...NOTHING, ...IZENPE },
  'estonia-eid': {
    pathway: 'puk_self_service',
    confidence: 'high',
    tries: 3,
    afterPuk: /3 December 2018 to 14 November 2025: a new code envelope in person; .* from 17 November 2025: a new card/,
    numbers: ['3', '2018', '14', '2025', '17'],
  },
  'belgium-eid': {
    pathway: 'in_person',
    confidence: 'high',
    tries: 3,
    fee: { amount: '5.00', asOf: '2026-11-22' },
    turnaround: 'At the counter; a reprint of the codes takes from about 3 days to 3 weeks',
    numbers: ['3', '5', '1', '1.8', '2022'],
  },
  'italy-cns': {
    pathway: 'puk_self_service',
    confidence: 'high',
    tries: 3,
    turnaround: MINUTES,
    afterPuk: /three wrong PUKs the card has to be revoked and a new one asked for, and a new kit is charged/,
    numbers: ['3', '8'],
  },
  certilia: {
    pathway: 'puk_self_service',
    confidence: 'high',
    afterPuk: /Without the PUK, AKD's registration office unblocks the card/,
    links: ['https://www.certilia.com/contact-me'],
    numbers: [],
  },
  eurocert: {
    pathway: 'puk_self_service',
    confidence: 'medium',
    afterPuk: /both lost, a new certificate on a new card has to be bought/,
    numbers: [],
  },
  'namirial-es': {
    pathway: 'puk_self_service',
    confidence: 'medium',
    tries: 3,
    afterPuk: /three wrong PUKs nothing unblocks it, and you pay for a new certificate/,
    links: ['https://servicedesk-spain-latam.namirial.com'],
    numbers: ['3'],
  },
  'safenet-etoken': {
    pathway: 'issuer_remote',
    confidence: 'high',
    afterPuk: /no unblocking is left, the key can only be initialised again/,
    numbers: ['3', '8'],
  },
  'bank-etoken-vn': { pathway: 'in_person', confidence: 'low', turnaround: 'Weeks', dates: ['2017'], numbers: ['1199'] },
};

const CERTIGNA = { validity: '1, 2 or 3 years', emails: ['contact@certigna.fr'] };
const THREE_YEARS = { validity: '3 years', dates: ['2024-09-19'] };

/** What is known of the rest of a certificate's life. */
export const LIFE: Readonly<Record<string, Row>> = {
  'certigna.obtain': { ...CERTIGNA, pathway: 'in_person', confidence: 'medium', numbers: ['1', '2', '3', '8'] },
  'certigna.renew': { ...CERTIGNA, pathway: 'unknown', confidence: 'low', renewal: [null, null], numbers: ['1', '2', '3'] },
  'certigna.revoke': {
    ...TOLD_OF_REVOCATION,
    pathway: 'online',
    confidence: 'medium',
    emails: ['contact@certigna.fr'],
    numbers: LAW,
  },
  'chambersign.renew': {
    pathway: 'online',
    confidence: 'low',
    validity: 'At most 3 years',
    renewal: [null, null],
    links: ['https://support.chambersign.fr'],
    numbers: ['3'],
  },
  'certinomis.revoke': {
    ...TOLD_OF_REVOCATION,
    pathway: 'online',
    confidence: 'medium',
    phones: ['+377 98 98 96 71'],
    links: ['https://fo.certinomis.com/pro'],
    numbers: LAW,
  },
  'certeurope-avocat.obtain': {
    ...THREE_YEARS,
    pathway: 'online',
    confidence: 'medium',
    fee: { amount: '168.60', taxIncluded: true, asOf: '2024-09-19' },
    free: false,
    numbers: ['3', '227.40'],
  },
  'certeurope-avocat.renew': {
    ...THREE_YEARS,
    pathway: 'unknown',
    confidence: 'medium',
    renewal: [30, null],
    numbers: ['3'],
  },
  'camerfirma-citiseg.renew': {
    pathway: 'online',
    confidence: 'medium',
    renewal: [30, 30],
    links: ['http://citiseg.com'],
    numbers: ['30', '5'],
  },
  'dnie.renew': {
    pathway: 'in_person',
    confidence: 'medium',
    validity: '2 years by the decree of 2025, according to the press',
    renewal: [null, null],
    dates: ['2025-02-10', ...SPANISH_PRESS],
    numbers: ['2', '2025', '3475'],
  },
  'fnmt-card.revoke': {
    ...TOLD_OF_REVOCATION,
    pathway: 'issuer_remote',
    confidence: 'low',
    phones: ['902 200 616'],
    dates: ['2019-07-31', '2026-05-09'],
    numbers: [...LAW, '1.3', '31', '2019'],
  },
  'fnmt.renew': {
    pathway: 'online',
    confidence: 'medium',
    validity: '4 years',
    renewal: [60, 0],
    dates: SPANISH_PRESS,
    numbers: ['4', '60'],
  },
  'izenpe.obtain': {
    ...IZENPE,
    pathway: 'in_person',
    confidence: 'medium',
    validity: '4 years',
    fee: { amount: '10.25', taxIncluded: true, asOf: '2026-11-22' },
    free: false,
    // The last three are of a second page of Izenpe, which contradicts the first one's price.
    numbers: ['4', '20', '1', '2022'],
  },
  'izenpe.renew': {
    ...IZENPE,
    pathway: 'online',
    confidence: 'medium',
    validity: '4 years',
    renewal: [60, 0],
    numbers: ['4', '60'],
  },
};

/** Sites that the facts were read on. */
export const SITES: readonly string[] = [
  'avocatparis.org',
  'certigna.com',
  'certigna.fr',
  'camerfirma.com',
  'citiseg.com',
  'elindependiente.com',
  'eurocert.freshdesk.com',
  'github.com',
  'info-dni.com',
  'izenpe.eus',
  'larazon.es',
  'learn.e-resident.gov.ee',
  'lexparency.es',
  'loginhelp.be',
  'monentreprise.gouv.mc',
  'progettocns.it',
  'qscd.eu',
  'servicedesk-spain-latam.namirial.com',
  'serveistic.upc.edu',
  'soluzioniufficio.freshdesk.com',
  'sorena.io',
  'suport-tcat.aoc.cat',
  'support.certilia.com',
  'talent24h.okdiario.com',
  'tbs-certificates.co.uk',
  'tervuren.be',
  'tienen.be',
  'uned.es',
  'vosselaar.be',
  'wingene.be',
  'certinomis.fr',
  'chambersign.fr',
  'cofb.org',
];

/** Every row by the id of its procedure. */
export const ROWS: ReadonlyMap<string, Row> = new Map([
  ...Object.entries(UNBLOCK).map(([issuer, row]): [string, Row] => [`${issuer}.unblock`, row]),
  ...Object.entries(LIFE),
]);
