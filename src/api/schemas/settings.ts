import { type Static, Type } from '../../schema/index.ts';
import { Time, Words } from './common.ts';

const Setting = Type.Object({
  key: Type.String({ description: 'As in config.toml; a key of a table after its dot', examples: ['session.idleSeconds'] }),
  value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String()), Type.Null()], {
    description: 'In effect; null where the system decides',
  }),
  source: Words(['command_line', 'environment', 'file', 'default'], 'Where the value is from'),
  flag: Type.Union([Type.String(), Type.Null()], { description: 'Flag of `signet serve` that sets it' }),
  variable: Type.Union([Type.String(), Type.Null()], { description: 'Environment variable that sets it' }),
});

export const SettingsAnswer = Type.Object(
  {
    version: Type.String(),
    license: Type.String({ description: 'SPDX name' }),
    startedAt: Time,
    uptimeSeconds: Type.Integer(),
    process: Type.Object({
      pid: Type.Integer(),
      startedBy: Type.Union([Words(['host']), Type.Null()], {
        description: '`host`: by a native messaging host, since none ran; nobody ends it but `signet uninstall`',
      }),
    }),
    address: Type.String({ description: 'Where the daemon listens' }),
    file: Type.Object(
      { path: Type.String(), exists: Type.Boolean() },
      { description: 'The configuration file that is read at start' },
    ),
    places: Type.Object({
      stateDir: Type.String(),
      database: Type.String(),
      runtimeDir: Type.String(),
      socket: Type.String({ description: 'Unix socket or named pipe' }),
      tokenFile: Type.String({ description: 'File of the access token; never the token' }),
    }),
    settings: Type.Array(Setting),
    drivers: Type.Array(
      Type.Object({
        path: Type.String(),
        tryLimit: Type.Union([Type.Integer(), Type.Null()]),
        environment: Type.Array(Type.String(), { description: 'Names of variables for its process; never their values' }),
      }),
      { description: 'Drivers that the settings name, besides those that the catalogue finds' },
    ),
  },
  { title: 'Settings' },
);

export type SettingsAnswer = Static<typeof SettingsAnswer>;
