// Short notes about what an action came to; good news fades, bad news stays until dismissed.
import type { Tone } from '../text/tones';

const FADE = 4000;

export interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #last = 0;

  success(text: string): void {
    const id = this.#push('good', text);
    setTimeout(() => this.dismiss(id), FADE);
  }

  error(text: string): void {
    this.#push('bad', text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #push(tone: Tone, text: string): number {
    this.#last += 1;
    const others = this.list.filter((toast) => toast.text !== text);
    this.list = [...others, { id: this.#last, tone, text }].slice(-3);
    return this.#last;
  }
}
