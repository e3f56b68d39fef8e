import { describe, expect, it } from 'vitest';
import type { Purpose } from '../../src/procedures/index.ts';
import { Procedures } from '../../src/procedures/procedures.ts';
import { ROWS } from './table-facts.ts';

const procedures = new Procedures({ folders: [] });
const ETOKEN = { manufacturer: 'SafeNet, Inc.', model: 'eToken' };
const PLAIN = { manufacturer: 'Bit4id', model: 'JS2048' };

/** Ids of those procedures of the tables that fit, best first. */
function fitting(purpose: Purpose, issuerDn: string | undefined, token = PLAIN): string[] {
  const found = procedures.matches({ purpose, issuerDn, token });
  return found.map(({ id }) => id).filter((id) => ROWS.has(id));
}

const ISSUERS: [string, string][] = [
  ['chambersign', 'CN=ChamberSign France CA3 NG Qualified eID,organizationIdentifier=NTRFR-433702479,O=ChamberSign France,C=FR'],
  ['certinomis', 'CN=Certinomis - Prime CA G2,OU=0002 433998903,O=Certinomis,C=FR'],
  ['harica', 'CN=HARICA Qualified Natural Entities SubCA,O=Hellenic Academic and Research Institutions CA,C=GR'],
  ['globalsign', 'CN=GlobalSign GCC R45 Qualified Sign CA 2020,O=GlobalSign nv-sa,C=BE'],
  ['camerfirma-card', 'CN=AC CAMERFIRMA FOR NATURAL PERSONS - 2016,O=AC Camerfirma S.A.,C=ES'],
  ['dnie', 'CN=AC DNIE 004,OU=DNIE,O=DIRECCION GENERAL DE LA POLICIA,C=ES'],
  ['aoc-tcat', 'CN=EC-SectorPublic,OU=Serveis Públics de Certificació,O=CONSORCI ADMINISTRACIO OBERTA DE CATALUNYA,C=ES'],
  ['izenpe', 'CN=Herritar eta Erakundeen CA - CA de Ciudadanos y Entidades (4),O=IZENPE S.A.,C=ES'],
  ['estonia-eid', 'CN=ESTEID2018,organizationIdentifier=NTREE-10747013,O=SK ID Solutions AS,C=EE'],
  ['belgium-eid', 'serialNumber=201801,CN=Citizen CA,O=http://repository.eid.belgium.be,C=BE'],
  ['belgium-eid', 'serialNumber=201801,CN=Foreigner CA,C=BE'],
  ['italy-cns', 'CN=InfoCert Firma Qualificata 2,serialNumber=07945211006,OU=Certificatore Accreditato,O=INFOCERT SPA,C=IT'],
  ['italy-cns', 'CN=Regione Toscana - CA Cittadini,OU=Servizi di certificazione,O=Actalis S.p.A.,C=IT'],
  ['certilia', 'CN=KIDCA,O=AKD d.o.o.,C=HR'],
  ['eurocert', 'CN=Centrum Kwalifikowane EuroCert,organizationIdentifier=VATPL-9512352379,O=EuroCert Sp. z o.o.,C=PL'],
];

describe('a blocked card or key', () => {
  it.each(ISSUERS)('leads to %s by its certificate: %s', (issuer, dn) => {
    expect(fitting('unblock', dn)).toEqual([`${issuer}.unblock`]);
  });

  it.each(ISSUERS)('leads to %s before the maker of the key: %s', (issuer, dn) => {
    expect(fitting('unblock', dn, ETOKEN)).toEqual([`${issuer}.unblock`, 'safenet-etoken.unblock']);
  });

  it.each([
    ['SafeNet, Inc.', 'eToken'],
    ['Aladdin Ltd.', 'Token 4.28.1.1'],
    ['Gemalto eToken', '5110'],
  ])('without a certificate that is known leads to the maker: %s', (manufacturer, model) => {
    expect(fitting('unblock', undefined, { manufacturer, model })).toEqual(['safenet-etoken.unblock']);
    expect(fitting('unblock', 'CN=Some CA,O=Somebody,C=FR', { manufacturer, model })).toEqual(['safenet-etoken.unblock']);
  });

  it.each([
    ["Camerfirma's old root with a name like ChamberSign", 'CN=Some CA,OU=http://www.chambersign.org,C=EU'],
    [
      'an Estonian certificate of an organisation',
      'CN=KLASS3-SK 2016,OU=Sertifitseerimisteenused,O=AS Sertifitseerimiskeskus,C=EE',
    ],
    ['the Croatian identity card, which another office unblocks', 'CN=HRIDCA,O=AKD d.o.o.,C=HR'],
    ['Eurocert of Greece', 'CN=EUROCERT Qualified CA,O=EUROCERT S.A.,C=GR'],
    ['a Catalan software certificate', 'CN=EC-Ciutadania,O=CONSORCI ADMINISTRACIO OBERTA DE CATALUNYA,C=ES'],
    ['an InfoCert certificate of another country', 'CN=InfoCert Qualified CA,O=InfoCert,C=DE'],
    ['any other certificate of CertEurope', 'CN=CertEurope Advanced CA V4,OU=0002 434202180,O=Certeurope,C=FR'],
    ['an FNMT certificate in a key that is not FNMT’s', 'CN=AC FNMT Usuarios,OU=Ceres,O=FNMT-RCM,C=ES'],
  ])('is not taken for somebody else’s: %s', (_, dn) => {
    expect(fitting('unblock', dn)).toEqual([]);
  });

  it('of FNMT is known by certificate and card together', () => {
    const dn = 'CN=AC Sector Público,OU=CERES,O=FNMT-RCM,C=ES';
    expect(fitting('unblock', dn, { manufacturer: 'FNMT-RCM', model: 'TC-FNMT' })).toEqual(['fnmt-card.unblock']);
    expect(fitting('revoke', dn, { manufacturer: 'FNMT-RCM', model: 'TC-FNMT' })).toEqual(['fnmt-card.revoke']);
    expect(fitting('revoke', dn)).toEqual([]);
  });

  it('of a lawyer is known when the authority says so', () => {
    expect(fitting('unblock', 'CN=AC Avocats,O=CertEurope,C=FR')).toEqual(['certeurope-avocat.unblock']);
  });
});

describe('a certificate near its end', () => {
  it.each<[string, string, number | null]>([
    ['fnmt', 'CN=AC FNMT Usuarios,OU=Ceres,O=FNMT-RCM,C=ES', 60],
    ['izenpe', 'CN=Herritar eta Erakundeen CA - CA de Ciudadanos y Entidades (4),O=IZENPE S.A.,C=ES', 60],
    ['certeurope-avocat', 'CN=AC Avocats,O=CertEurope,C=FR', 30],
    ['certigna', 'CN=Certigna Identity Plus CA,OU=0002 48146308100036,O=DHIMYOTIS,C=FR', null],
    ['dnie', 'CN=AC DNIE 004,OU=DNIE,O=DIRECCION GENERAL DE LA POLICIA,C=ES', null],
    ['chambersign', 'CN=ChamberSign France CA3 NG,O=ChamberSign France,C=FR', null],
  ])('of %s leads to its renewal: %s', (issuer, dn, days) => {
    expect(fitting('renew', dn)).toEqual([`${issuer}.renew`]);
    expect(procedures.renewalOpens(dn)).toBe(days);
  });

  it('of Izenpe for public servants, or of FNMT for public servants, is nobody’s renewal', () => {
    expect(fitting('renew', 'CN=Euskal Herriko Administrazioen CA - CA AAPP Vascas (2),O=IZENPE S.A.,C=ES')).toEqual([]);
    expect(fitting('renew', 'CN=AC Sector Público,OU=CERES,O=FNMT-RCM,C=ES')).toEqual([]);
  });
});

it('leaves to a person what cannot be told by a certificate', () => {
  const byHand = [...ROWS.keys()].filter((id) => {
    const match = procedures.get(id)?.match;
    return (
      match !== undefined &&
      !match.generic &&
      [match.issuerDn, match.tokenManufacturer, match.tokenModel, match.atr].every((list) => list.length === 0)
    );
  });
  expect(byHand.sort()).toEqual([
    'bank-etoken-vn.unblock',
    'camerfirma-citiseg.renew',
    'certigna-tbs.unblock',
    'certinomis.revoke',
    'cofb.unblock',
    'namirial-es.unblock',
  ]);
});
