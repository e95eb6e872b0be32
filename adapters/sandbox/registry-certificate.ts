// A certificate that only one box trusts, made when its proxy opens. The key of its authority is gone before a box starts.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** PEM. `key` and `certificate` are the server's; `authority` is what its clients trust. */
export type RegistryCertificate = { key: string; certificate: string; authority: string };

const hour = 3_600_000;
/** A run ends within 24 hours. */
const validMs = 48 * hour;

type Der = Buffer;

const lengthOf = (size: number): Der => {
  if (size < 128) return Buffer.from([size]);
  return size < 256 ? Buffer.from([0x81, size]) : Buffer.from([0x82, size >> 8, size & 255]);
};

const tagged = (tag: number, ...parts: readonly Der[]): Der => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
};

const sequence = (...parts: readonly Der[]) => tagged(0x30, ...parts);
const bits = (bytes: Der, unused = 0) => tagged(0x03, Buffer.from([unused]), bytes);
const octets = (bytes: Der) => tagged(0x04, bytes);
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const yes = tagged(0x01, Buffer.from([0xff]));
const time = (at: number) => tagged(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')}`));
const named = (name: string) => sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(name)))));
const extension = (id: string, value: Der, critical = false) =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(value));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

const publicKeyOf = (key: KeyObject): Der => key.export({ type: 'spki', format: 'der' });
const idOf = (key: KeyObject): Der => createHash('sha1').update(publicKeyOf(key)).digest();

const pem = (der: Der): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

type Body = { issuer: string; subject: string; key: KeyObject; extensions: readonly Der[] };

const certificate = ({ issuer, subject, key, extensions }: Body, signer: KeyObject): string => {
  const now = Date.now();
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    named(issuer),
    sequence(time(now - hour), time(now + validMs)),
    named(subject),
    publicKeyOf(key),
    tagged(0xa3, sequence(...extensions)),
  );
  return pem(sequence(body, ecdsaWithSha256, bits(sign('sha256', body, signer))));
};

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** `hosts` are plain names, at least one. */
export const makeRegistryCertificate = (hosts: readonly string[]): RegistryCertificate => {
  const authority = pair();
  const server = pair();
  const issuer = 'Gantry box';
  const authorityId = idOf(authority.publicKey);
  const keyId = (key: KeyObject) => extension('551d0e', octets(idOf(key)));
  const names = hosts.map((host) => tagged(0x82, Buffer.from(host)));
  const ca = [
    extension('551d13', sequence(yes), true),
    extension('551d0f', bits(Buffer.from([0x04]), 2), true),
    // It may vouch for these names only, whatever else a program takes from its file.
    extension('551d1e', sequence(tagged(0xa0, ...names.map((name) => sequence(name)))), true),
    keyId(authority.publicKey),
  ];
  const leaf = [
    extension('551d13', sequence(), true),
    extension('551d0f', bits(Buffer.from([0x80]), 7), true),
    extension('551d25', sequence(oid('2b06010505070301'))),
    extension('551d11', sequence(...names)),
    keyId(server.publicKey),
    extension('551d23', sequence(tagged(0x80, authorityId))),
  ];
  return {
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: certificate(
      { issuer, subject: 'Gantry egress proxy', key: server.publicKey, extensions: leaf },
      authority.privateKey,
    ),
    authority: certificate({ issuer, subject: issuer, key: authority.publicKey, extensions: ca }, authority.privateKey),
  };
};
