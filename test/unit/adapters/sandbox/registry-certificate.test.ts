import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeRegistryCertificate } from '../../../../adapters/sandbox/registry-certificate.ts';

const hosts = ['npm.example.org', 'pypi.example.org', `${'long.'.repeat(40)}example.org`];
const made = makeRegistryCertificate(hosts);
const server = new X509Certificate(made.certificate);
const authority = new X509Certificate(made.authority);

test('the server’s certificate is for the registries, by the authority of this one box', () => {
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkIssued(authority)).toBe(true);
  expect(hosts.map((host) => server.checkHost(host))).toEqual(hosts);
  expect(server.checkHost('example.org')).toBeUndefined();
  expect([authority.ca, server.ca]).toEqual([true, false]);
});

test('it is valid now, for two days, and no other box’s', () => {
  const days = (Date.parse(server.validTo) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(1.9);
  expect(days).toBeLessThan(2.1);
  expect(Date.parse(server.validFrom)).toBeLessThan(Date.now());
  const other = new X509Certificate(makeRegistryCertificate(hosts).authority);
  expect(server.verify(other.publicKey)).toBe(false);
});
