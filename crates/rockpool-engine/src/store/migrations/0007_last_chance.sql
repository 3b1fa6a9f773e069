-- When a refresh token of unknown fate was presented once more, after the last access token that its reuse could have
-- ended was spent or refused. Never presented again after that; a new token clears it.
ALTER TABLE logins ADD COLUMN last_chance_at INTEGER;
