// Runs Azurite's Blob server on a free port until stdin is closed. Prints its URL, once it has a container `data`.
// Its first argument is the folder of the package azurite.
const crypto = require('crypto');
const http = require('http');

const folder = process.argv.splice(2, 1)[0];
process.argv.push('--inMemoryPersistence', '--blobHost', '127.0.0.1', '--blobPort', '0', '--skipApiVersionCheck');
process.argv.push('--disableTelemetry', '--silent');
process.stdin.on('end', () => process.exit(0)).resume();

// The account and key that every Azurite has.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

function createContainer(url) {
  const headers = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': '2021-08-06' };
  const named = `x-ms-date:${headers['x-ms-date']}\nx-ms-version:${headers['x-ms-version']}\n`;
  const text = `PUT\n\n\n\n\n\n\n\n\n\n\n\n${named}/${account}/${account}/data\nrestype:container`;
  const signature = crypto.createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  headers.Authorization = `SharedKey ${account}:${signature}`;
  headers['Content-Length'] = 0;
  const request = http.request(`${url}/${account}/data?restype=container`, { method: 'PUT', headers });
  request.on('response', (response) => process.stdout.write(`${response.statusCode} ${url}\n`));
  request.end();
}

const log = console.log;
console.log = (text) => {
  const url = /listens on (http:\S+)/.exec(text);
  if (url) createContainer(url[1]);
};
require(`${folder}/dist/src/blob/main.js`);
