// What is left for the person after a tool was connected.
import type { ToolTodo } from '../../api/types';
import { t } from '../../text/i18n.svelte';

export function todoText(tool: string, todo: ToolTodo): string {
  switch (todo.kind) {
    case 'restart':
      return t('tools.todo.restart', { tool });
    case 'choose_model':
      return t('tools.todo.choose_model', { tool, value: todo.model });
    case 'give_key':
      return t('tools.todo.give_key', { tool, value: todo.variable });
    case 'set_variables':
      return t('tools.todo.set_variables');
    case 'call':
      return t('tools.todo.call', { value: todo.command });
  }
}
