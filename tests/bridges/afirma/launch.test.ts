import { describe, expect, it } from 'vitest';
import { readLaunch } from '../../../src/bridges/afirma/launch.ts';
import { SignetError } from '../../../src/errors/index.ts';

const ID = 'idsession=b6Kc0QmX1fPz7RtYw2Ns';

function refusal(address: string): string {
  try {
    readLaunch(address);
    return 'followed';
  } catch (error) {
    if (!(error instanceof SignetError) || error.code !== 'launch_refused') throw error;
    return error.facts.variant ?? 'plain';
  }
}

describe('a launch address', () => {
  it.each([
    [`afirma://websocket?ports=50001,60002,49153&v=4&jvc=4&${ID}`, [50_001, 60_002, 49_153], true],
    [`afirma://websocket/?ports=50001&v=4&jvc=4&${ID}&dlgload=false`, [50_001], true],
    [`AFIRMA://WebSocket?${ID}&ports=1024,65535&v=4&jvc=12`, [1_024, 65_535], true],
    [`afirma://websocket?ports=50001,50001&v=4&jvc=3&${ID}`, [50_001], false],
    [`afirma://websocket?ports=50001&v=4&${ID}`, [50_001], false],
    [`afirma://websocket?v=3&jvc=4&${ID}`, [63_117], false],
    [`afirma://websocket?v=3&ports=50001&${ID}`, [63_117], false],
    [`afirma://websocket?${ID}`, [63_117], false],
  ])('is read: %s', (address, ports, modern) => {
    expect(readLaunch(address)).toEqual({ ports, session: 'b6Kc0QmX1fPz7RtYw2Ns', modern });
  });

  it.each([
    ['', 'plain'],
    ['https://sede.example/?v=4', 'plain'],
    ['afirma:websocket?v=4', 'plain'],
    [`afirma://websocket:80?${ID}`, 'plain'],
    [`afirma://user@websocket?${ID}`, 'plain'],
    [`afirma://websocket/more?${ID}`, 'plain'],
    [`afirma://websocket?${ID}&${ID}`, 'plain'],
    [`afirma://websocket?${ID}&v=%zz`, 'plain'],
    [`afirma://websocket?${ID}\n&v=4`, 'plain'],
    [`afirma://websocket?${ID}&x=${'x'.repeat(2_048)}`, 'plain'],
    [`afirma://service?ports=50001&v=4&jvc=4&${ID}`, 'service'],
    [`afirma://sign?id=1&key=12345678&stservlet=https://sede.example/storage&${ID}`, 'server'],
    [`afirma://batch?fileid=1&rtservlet=https://sede.example/retrieve`, 'server'],
    ['afirma://websocket?ports=50001&v=4', 'session'],
    ['afirma://websocket?ports=50001&v=4&idsession=', 'session'],
    ['afirma://websocket?ports=50001&v=4&idsession=short', 'session'],
    ['afirma://websocket?ports=50001&v=4&idsession=b6Kc0QmX1f-Pz7RtYw2N', 'session'],
    [`afirma://websocket?ports=50001&v=4&idsession=${'a'.repeat(65)}`, 'session'],
    [`afirma://websocket?ports=80&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=1023&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=65536&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=50001,&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=0x5000&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=50001.0&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=${Array.from({ length: 17 }, (_, i) => 50_000 + i).join(',')}&v=4&${ID}`, 'ports'],
    [`afirma://websocket?ports=50001&v=5&${ID}`, 'version'],
    [`afirma://websocket?ports=50001&v=4&jvc=new&${ID}`, 'version'],
  ])('is refused: %s', (address, variant) => {
    expect(refusal(address)).toBe(variant);
  });
});
