// Retried work: back-off, a keyed work queue as pure logic, and the controller that drives it with timers. Knows
// nothing about the work itself.
export { type BackOff, pauseAfter } from './back-off.ts';
export { type WorkOutcome } from './work-queue.ts';
export { type Controller, type ControllerOptions, createController, type Work } from './controller.ts';
