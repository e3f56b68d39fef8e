import type { StoredFile } from './state.ts';
import { element, elements } from './tlv.ts';

const ROOT = '3f00';

/** Operations a security condition byte stands for, by its place in the 86 attribute (ISO 7816-4, tables 16 to 20). */
const PLACE = { deleteSelf: 1, createDirectory: 5, createFile: 6, deleteChild: 7, update: 6, read: 7 } as const;

/** What somebody wants to do with a file. */
export type Operation = keyof typeof PLACE;

/** The ISO 7816-4 file system of a card: one tree under 3F00, one current file. */
export class Files {
  current = ROOT;
  readonly #stored: StoredFile[];

  constructor(stored: StoredFile[]) {
    this.#stored = stored;
    if (!this.at(ROOT)) stored.push({ path: ROOT, name: '', directory: true, access: '', content: '' });
  }

  at(path: string): StoredFile | undefined {
    return this.#stored.find((file) => file.path === path);
  }

  named(name: string): StoredFile | undefined {
    return this.#stored.find((file) => file.name !== '' && file.name.startsWith(name));
  }

  /** The current directory's path: the current file's own, or its parent's when that is an EF. */
  directory(): string {
    return this.at(this.current)?.directory === false ? this.current.slice(0, -4) : this.current;
  }

  /** Resolves SELECT's data by its P1: 0 file id, 3 parent, 4 name, 8 path from the root, 9 path from here. */
  resolve(p1: number, data: string): StoredFile | undefined {
    const here = this.directory();
    if (p1 === 4) return this.named(data);
    if (p1 === 3) return this.at(here === ROOT ? ROOT : here.slice(0, -4));
    if (p1 === 8) return this.at(data.startsWith(ROOT) ? data : ROOT + data);
    if (p1 === 9) return this.at(here + data);
    if (p1 !== 0) return undefined;
    if (data === '' || data === ROOT) return this.at(ROOT);
    return this.at(here + data) ?? this.at(here.slice(0, -4) + data);
  }

  /** The condition byte for an operation: 00 always, FF never, anything else after the PIN. */
  condition(file: StoredFile, operation: Operation): number {
    return Buffer.from(file.access, 'hex')[PLACE[operation]] ?? 0;
  }

  /** Makes a file below the current directory from CREATE FILE's template; undefined if the id is taken or missing. */
  create(template: Buffer): StoredFile | undefined {
    const fields = new Map(elements(template).map((one) => [one.tag, one.value]));
    const id = fields.get(0x83)?.toString('hex');
    const directory = ((fields.get(0x82)?.[0] ?? 1) & 0x38) === 0x38;
    const size = fields.get(0x80) ?? fields.get(0x81) ?? Buffer.alloc(1);
    const path = this.directory() + id;
    if (id === undefined || this.at(path)) return undefined;
    const content = directory ? '' : Buffer.alloc(size.readUIntBE(0, size.length)).toString('base64');
    const file = {
      path,
      name: fields.get(0x84)?.toString('hex') ?? '',
      directory,
      access: fields.get(0x86)?.toString('hex') ?? '',
      content,
    };
    this.#stored.push(file);
    this.current = path;
    return file;
  }

  /** Removes a file and all below it; its directory becomes current. */
  remove(file: StoredFile): void {
    const kept = this.#stored.filter((one) => !one.path.startsWith(file.path));
    this.#stored.splice(0, this.#stored.length, ...kept);
    this.current = file.path.slice(0, -4);
  }

  /** The file control information that SELECT returns (tag 6F). */
  describe(file: StoredFile): Buffer {
    const size = Buffer.from(file.content, 'base64').length;
    const fields = [
      element(0x80, Buffer.from([size >> 8, size & 0xff])),
      element(0x82, Buffer.from([file.directory ? 0x38 : 0x01])),
      element(0x83, Buffer.from(file.path.slice(-4), 'hex')),
    ];
    if (file.name) fields.push(element(0x84, Buffer.from(file.name, 'hex')));
    if (file.access) fields.push(element(0x86, Buffer.from(file.access, 'hex')));
    fields.push(element(0x8a, Buffer.from([0x05])));
    return element(0x6f, Buffer.concat(fields));
  }
}
