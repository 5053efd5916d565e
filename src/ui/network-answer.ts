import { problemOf } from '../errors/index.ts';
import { nadKey, parseNad } from '../npwg/index.ts';
import { indentedConfiguration } from '../view/index.ts';
import type { NetworkAnswer } from './page-state.ts';

/** The configuration of a NetworkAttachmentDefinition, indented; undefined if there is none of this name. */
export function networkAnswer(name: string, nads: readonly unknown[]): NetworkAnswer | undefined {
  for (const object of nads) {
    try {
      const nad = parseNad(object);
      if (nadKey(nad) === name) return answerFor(nad.config);
    } catch (error) {
      if (keyIn(object) === name) return { problem: problemOf(error) };
    }
  }
  return undefined;
}

function answerFor(config: string | undefined): NetworkAnswer {
  if (config === undefined || config.trim() === '')
    return { problem: 'the object holds no configuration; each node reads it from a file of its own' };
  return { config: indentedConfiguration(config) };
}

function keyIn(object: unknown): string {
  const { metadata } = (object ?? {}) as {
    readonly metadata?: { readonly namespace?: string; readonly name?: string };
  };
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}
