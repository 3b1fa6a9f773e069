-- Requests say which tool sent them, and what more the provider counted of their answers.
ALTER TABLE activity ADD COLUMN tool TEXT;
ALTER TABLE activity ADD COLUMN cache_write_tokens INTEGER;
ALTER TABLE activity ADD COLUMN reasoning_tokens INTEGER;
