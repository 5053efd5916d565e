import net from 'node:net';
import { joinSockets } from './netns-door.ts';

// Runs inside the namespace: node netns-door-child.ts PORT SOCKET
const [port, path] = process.argv.slice(2);
const server = net.createServer((client) => joinSockets(client, net.connect(path ?? '')));
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
