import { BRIDGES, type Bridge, type BridgeContext, type BridgeName, type BridgeState } from './bridge.ts';

export { BRIDGES, type Bridge, type BridgeContext, type BridgeName, type BridgeState } from './bridge.ts';

/** Which bridges are on, and the ports of those that listen; a port of 0 takes a free one, a TLS port is used where there is a certificate. */
export interface BridgeSettings {
  webeid: boolean;
  scs: boolean;
  nexu: boolean;
  afirma: boolean;
  scsPort: number;
  scsTlsPort: number;
  nexuPort: number;
  nexuTlsPort: number;
}

/** The bridges that are on, each loaded when it is needed: those with ports of their own at start, the others when they are spoken to. */
export class Bridges {
  readonly #context: BridgeContext;
  readonly #settings: BridgeSettings;
  readonly #loading = new Map<BridgeName, Promise<Bridge>>();
  readonly #loaded = new Map<BridgeName, Bridge>();
  #stopped = false;

  constructor(context: BridgeContext, settings: BridgeSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  enabled(name: BridgeName): boolean {
    return this.#settings[name];
  }

  /** Where each bridge listens, and what keeps one from it. */
  states(): BridgeState[] {
    return BRIDGES.map(
      (name) =>
        this.#loaded.get(name)?.state() ?? {
          name,
          enabled: this.enabled(name),
          listening: this.enabled(name) ? (WAITING[name] ?? []) : [],
          problem: null,
        },
    );
  }

  /** Opens the bridges that listen on ports of their own. Never rejects. */
  async start(): Promise<void> {
    await Promise.all((['scs', 'nexu'] as const).filter((name) => this.enabled(name)).map((name) => this.#get(name)));
  }

  /** The Web eID bridge, or null when it is off. */
  async webeid() {
    return this.enabled('webeid') ? ((await this.#get('webeid')) as import('./webeid/index.ts').WebEidBridge) : null;
  }

  /** The AutoFirma bridge, or null when it is off. */
  async afirma() {
    return this.enabled('afirma') ? ((await this.#get('afirma')) as import('./afirma/index.ts').AfirmaBridge) : null;
  }

  /** Closes every door; none opens again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const all = await Promise.allSettled(this.#loading.values());
    await Promise.all(all.map((each) => (each.status === 'fulfilled' ? each.value.stop() : undefined)));
  }

  #get(name: BridgeName): Promise<Bridge> {
    const known = this.#loading.get(name);
    if (known !== undefined) return known;
    const loading = this.#load(name).then(async (bridge) => {
      if (!this.#stopped) await bridge.start();
      this.#loaded.set(name, bridge);
      return bridge;
    });
    this.#loading.set(name, loading);
    return loading;
  }

  async #load(name: BridgeName): Promise<Bridge> {
    const { scsPort, scsTlsPort, nexuPort, nexuTlsPort } = this.#settings;
    switch (name) {
      case 'webeid':
        return (await import('./webeid/index.ts')).webEidBridge(this.#context);
      case 'scs':
        return (await import('./scs/index.ts')).scsBridge(this.#context, { port: scsPort, tlsPort: scsTlsPort });
      case 'nexu':
        return (await import('./nexu/index.ts')).nexuBridge(this.#context, { port: nexuPort, tlsPort: nexuTlsPort });
      case 'afirma':
        return (await import('./afirma/index.ts')).afirmaBridge(this.#context);
    }
  }
}

/** How those are reached that have no port of their own until they are called. */
const WAITING: Partial<Record<BridgeName, readonly string[]>> = { webeid: ['native:eu.webeid'], afirma: ['afirma:'] };
