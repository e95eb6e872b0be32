import { expect, test } from 'vitest';
import { isPublicAddress } from '../../../../adapters/sandbox/public-address.ts';

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '172.15.0.1',
  '172.32.0.1',
  '2606:4700::1111',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
  ...['172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:1.1.1.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', 'fe80::1'],
  ...['fd00:ec2::254', 'ff02::1', '2001::1', '', 'localhost', '127.1', '1.1.1.1.'],
])('%j is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
