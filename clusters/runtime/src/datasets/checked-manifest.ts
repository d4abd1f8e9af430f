import { type BundleManifest, columnTypes } from '@etis/contracts/datasets';
import { errors } from '../errors.ts';

const names = {
  tenant: /^[a-z][a-z0-9-]{0,39}$/,
  dataset: /^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$/,
  column: /^[a-z][a-z0-9_]{0,62}$/,
};
const most = { files: 1_000, columns: 500, bytes: 64 * 1024 ** 3 };

/**
 * What a signed manifest says, where it is of the form that becomes paths and SQL here: a signature says who wrote it, not that it can be used.
 * @throws RUNTIME_BUNDLE_REFUSED
 */
export function checkedManifest(manifest: BundleManifest): BundleManifest {
  const refuse = (reason: string): never => {
    throw errors.BUNDLE_REFUSED(String(manifest.dataset).slice(0, 130), reason);
  };
  if (manifest.format !== 1) refuse('its format is not known here');
  if (!names.tenant.test(manifest.tenant) || !names.dataset.test(manifest.dataset)) refuse('its tenant or dataset is not a name');
  if (!whole(manifest.version) || manifest.version < 1) refuse('its version is not a whole number from 1');
  if (Number.isNaN(Date.parse(manifest.madeAt))) refuse('it does not say when it was made');
  const { columns, files } = manifest;
  if (!Array.isArray(columns) || columns.length === 0 || columns.length > most.columns) refuse('it names no columns, or too many');
  for (const { name, type } of columns) if (!names.column.test(name) || !columnTypes.includes(type)) refuse('a column has no name or type');
  if (!Array.isArray(files) || files.length === 0 || files.length > most.files) refuse('it names no files, or too many');
  for (const [index, file] of files.entries()) {
    if (file.name !== `data-${index}.parquet` || !/^[0-9a-f]{64}$/.test(file.sha256)) refuse('a file has no name or checksum');
    if (!whole(file.rows) || !whole(file.bytes) || file.bytes > most.bytes) refuse('a file has no size, or too much of it');
  }
  if (files.reduce((sum, file) => sum + file.rows, 0) !== manifest.rows) refuse('its rows are not those of its files');
  return manifest;
}

function whole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
