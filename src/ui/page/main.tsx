import { render } from 'preact';
import { runClock } from './clock.ts';
import { Shell } from './shell.tsx';
import { follow } from './store.ts';

follow();
runClock();
const place = document.querySelector('#app');
if (place !== null) render(<Shell />, place);
