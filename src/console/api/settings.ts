import type { AddClientAnswer, AddClientRequest, Driver, NamedClient, Settings } from '../../client/types.ts';
import { ask, path } from './request.ts';

/** What the daemon runs with. */
export function settings(signal: AbortSignal): Promise<Settings> {
  return ask('/v1/settings', { signal });
}

export async function drivers(signal: AbortSignal): Promise<Driver[]> {
  return (await ask<{ drivers: Driver[] }>('/v1/drivers', { signal })).drivers;
}

export async function clients(signal: AbortSignal): Promise<NamedClient[]> {
  return (await ask<{ clients: NamedClient[] }>('/v1/clients', { signal })).clients;
}

/** Its token is in the answer, this once. */
export function addClient(body: AddClientRequest): Promise<AddClientAnswer> {
  return ask('/v1/clients', { method: 'POST', body });
}

export async function removeClient(name: string): Promise<void> {
  await ask(path`/v1/clients/${name}`, { method: 'DELETE' });
}
