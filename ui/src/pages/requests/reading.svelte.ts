// Sums as a page reads them: at once where something else is asked for, and seldom where only requests were added.
import type { Api } from '../../api/client';
import { sentenceOf } from '../../api/problem';
import type { UsageBy, UsageView } from '../../api/types';
import { coalesce } from '../../state/coalesce';
import { t } from '../../text/i18n.svelte';

/** Least pause between two readings of the same sums, in milliseconds: each reads all that is recorded. */
const GAP = 5000;

interface Question {
  by: UsageBy;
  /** Today among them. */
  days: number;
}

export class UsageReading {
  answer = $state.raw<{ question: Question; usage: UsageView } | null>(null);
  problem = $state<string | null>(null);
  /** Something was asked for that is not answered yet. */
  busy = $state(false);

  #question: Question = { by: 'tool', days: 0 };
  #again = coalesce(() => this.#read(this.#question), GAP);

  constructor(private readonly api: Pick<Api, 'usage'>) {}

  ask(by: UsageBy, days: number): void {
    const { by: earlier, days: before } = this.#question;
    if (by === earlier && days === before) {
      void this.#again();
      return;
    }
    this.#question = { by, days };
    this.retry();
  }

  retry(): void {
    this.busy = true;
    this.problem = null;
    void this.#read(this.#question);
  }

  /** Of several questions under way only the newest is answered. */
  async #read(question: Question): Promise<void> {
    try {
      const usage = await this.api.usage(question.by, question.days);
      if (question !== this.#question) return;
      this.answer = { question, usage };
      this.problem = null;
    } catch (error) {
      if (question !== this.#question) return;
      this.problem = sentenceOf(error, t('app.no_answer'));
      // The sums of another question would stand under the new one's name.
      if (this.answer?.question !== question) this.answer = null;
    }
    this.busy = false;
  }
}
