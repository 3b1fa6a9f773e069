// One setting on its way to the engine: whether it is under way, and what was refused.
import { Problem, sentenceOf } from '../../api/problem';
import type { SettingsChange } from '../../api/types';
import type { App } from '../../state/app';
import { t } from '../../text/i18n.svelte';

/** The sentence of a refusal that belongs to `field`; the whole of it where it names no field. */
export function problemOf(error: unknown, field: string): string {
  const own = error instanceof Problem ? error.fields.find((one) => one.field === field) : undefined;
  return own?.detail ?? sentenceOf(error, t('app.no_answer'));
}

export class Saving {
  busy = $state(false);
  problem = $state<string | null>(null);

  constructor(
    private readonly app: App,
    private readonly field: keyof SettingsChange,
  ) {}

  /** Sends the new value, or null for the default; true if it holds now. */
  async send(value: SettingsChange[keyof SettingsChange]): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      this.app.engine.settings = await this.app.api.updateSettings({ [this.field]: value });
      return true;
    } catch (error) {
      this.problem = problemOf(error, this.field);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
