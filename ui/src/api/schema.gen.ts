// Generated from docs/openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/account-order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put accounts into another order; it gives them all */
        put: operations["orderAccounts"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts in the order of lists */
        get: operations["listAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an account of the one login in a file, such as the Codex CLI's `auth.json` */
        post: operations["importAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        /** Remove an account; it leaves its pool, and is refused while a client points to it */
        delete: operations["removeAccount"];
        options?: never;
        head?: never;
        /** Rename, pause or resume an account */
        patch: operations["updateAccount"];
        trace?: never;
    };
    "/api/v1/accounts/{name}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the provider for the account's quota now */
        post: operations["refreshQuota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{name}/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workspaces that the login behind an account reaches */
        get: operations["listWorkspaces"];
        put?: never;
        /** Make an account of another workspace of the same login */
        post: operations["addWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest requests, newest first */
        get: operations["listActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Clients, by name */
        get: operations["listClients"];
        put?: never;
        /** Make a client; its key is shown this once */
        post: operations["addClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/clients/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a client; its key ends at once */
        delete: operations["removeClient"];
        options?: never;
        head?: never;
        /** Change a client; its key stays */
        patch: operations["updateClient"];
        trace?: never;
    };
    "/api/v1/clients/{name}/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a client a new key; the old one ends at once */
        post: operations["rotateClientKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboard/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link that signs one browser on this machine in, once */
        post: operations["newDashboardLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboard/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Redeem a link for a session; needs no bearer, and works on the same machine only */
        post: operations["redeemDashboardLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboard/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End the session that asks */
        delete: operations["endDashboardSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, as it happens
         * @description Each event's `data` is one `EngineEvent` in JSON; its `event` field repeats the type. The first is
         *     `changed`, so that a listener reads the status once it can no longer miss anything. A listener that
         *     was too slow gets `changed` in place of what it missed.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take over the chosen logins, each by itself: one that fails does not keep the others back */
        post: operations["importLogins"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would become of each login in some files; nothing is kept */
        post: operations["previewImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pools, by owner's name */
        get: operations["listPools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pools/{owner}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Make or replace the pool of an account */
        put: operations["setPool"];
        post?: never;
        /** Dissolve a pool; its accounts stay */
        delete: operations["removePool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pools/{owner}/what-if": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Place the pool's recorded requests anew, under each strategy */
        get: operations["whatIf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All settings, each with where its value comes from */
        get: operations["getSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change settings, all that are named or none; null puts a default back */
        patch: operations["updateSettings"];
        trace?: never;
    };
    "/api/v1/settings/vault/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move every secret to another place and use that from now on; no login is lost on the way */
        post: operations["moveVault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings/vault/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the vault again whether it can be read and written */
        post: operations["retryVault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sign-ins under way, and those that just ended */
        get: operations["listSignIns"];
        put?: never;
        /** Start a sign-in; a caller that starts the same again gets the pending one */
        post: operations["startSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ins/ways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ways to sign in, the best one for the engine's machine first */
        get: operations["listSignInWays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One sign-in */
        get: operations["getSignIn"];
        put?: never;
        post?: never;
        /** Give a sign-in up */
        delete: operations["cancelSignIn"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ins/{id}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in the callback address by hand */
        post: operations["pasteCallback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snippets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What to write into programs and shells of one's own */
        get: operations["listSnippets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that a person may want to see at a glance */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tools that are known, whether they are installed, and how each stands to the endpoint */
        get: operations["listTools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a client for a tool and lead the tool to the endpoint, in its own files */
        post: operations["connectTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/disconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back what connecting a tool has changed */
        post: operations["disconnectTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show what connecting a tool would change in its files */
        post: operations["previewTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send one real request with the address and key in a tool's files */
        post: operations["verifyTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tokens of the recorded requests by tool, account, client, model or day, and what they would have cost at the API's
         *     prices
         */
        get: operations["showUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What runs here. */
        AboutView: {
            /** @description Address of the provider's backend. */
            backend: string;
            /** @description Folder of the database. */
            data_folder: string;
            /** @description Address of the issuer. */
            issuer: string;
            /** @description Licence of the program (SPDX). */
            licence: string;
            /** @description Version of the program. */
            version: string;
        };
        /** @description Changes to an account; what is absent stays. */
        AccountChange: {
            /** @description New display name. */
            display_name?: string | null;
            /** @description New slug. */
            name?: string | null;
            state?: components["schemas"]["Wish"] | null;
        };
        /** @description A file with one login that becomes an account. */
        AccountImport: {
            /** @description The file's content. */
            auth_json: string;
            /** @description What to call it; the slug when absent. */
            display_name?: string | null;
            /** @description How the content is written down; as text when absent. */
            encoding?: components["schemas"]["ContentEncoding"];
            /** @description Who owns the refresh token afterwards. */
            mode: components["schemas"]["ImportModeName"];
            /** @description Slug; made from the plan when absent. */
            name?: string | null;
            /** @description Absolute path of the file, for `follow`. */
            path?: string | null;
        };
        /** @description In which order accounts are listed. */
        AccountOrder: {
            /** @description Slugs of those that come first; the others follow as they stood. */
            names: string[];
        };
        /**
         * @description The state of an account that matters most.
         * @enum {string}
         */
        AccountState: "ready" | "paused" | "exhausted" | "rate_limited" | "needs_reauth" | "sign_in_uncertain" | "missing_workspace" | "forbidden" | "billing" | "vault_locked" | "unreachable";
        /** @description One account as shown. */
        AccountView: {
            /** @description Whether the provider says that requests are allowed; an account over its limit may be (credits). */
            allowed?: boolean | null;
            credits?: components["schemas"]["CreditsView"] | null;
            /** @description What the person calls it; the slug until changed. */
            display_name: string;
            /** @description E-mail of the login, where the provider named one. */
            email?: string | null;
            /** @description Limits of single models or features. */
            extra_limits: components["schemas"]["ExtraLimitView"][];
            /**
             * Format: date-time
             * @description Since when the provider contradicts itself about this account's quota; absent when it does not.
             */
            flapping_since?: string | null;
            /** @description Health over the last 120 attempts. */
            health: components["schemas"]["HealthView"];
            /**
             * Format: uuid
             * @description Stays the same for the account's life.
             */
            id: string;
            /**
             * Format: int32
             * @description Requests under way on it.
             */
            in_flight: number;
            /**
             * Format: date-time
             * @description When it last served or failed a request.
             */
            last_used_at?: string | null;
            /** @description Whether the provider says that a limit is reached. */
            limit_reached?: boolean | null;
            /** @description How long its login lasts. */
            login: components["schemas"]["LoginView"];
            /** @description Unique slug, such as `codex-pro-1`. */
            name: string;
            /** @description What has to happen before it serves again as it should. */
            needs: components["schemas"]["Needs"];
            /** @description Plan in lower case, such as `pro`. */
            plan?: string | null;
            /** @description Slug of the owner of the pool it is in; its own slug for an owner; absent when it is in none. */
            pool?: string | null;
            /**
             * Format: date-time
             * @description When the next request may be tried on it to see whether its trouble is over, for one that is set
             *     aside for a while.
             */
            probe_at?: string | null;
            /**
             * Format: date-time
             * @description When the quota was last seen.
             */
            quota_seen_at?: string | null;
            quota_source?: components["schemas"]["Source"] | null;
            /** @description Its place in routing. */
            readiness: components["schemas"]["ReadinessView"];
            /**
             * Format: int32
             * @description Smallest remaining percentage over all windows.
             */
            remaining_percent?: number | null;
            remedy?: components["schemas"]["Remedy"] | null;
            /**
             * Format: int32
             * @description Resets that were granted and can be redeemed at the provider.
             */
            reset_credits?: number | null;
            /** @description Its place in a pool. */
            role: components["schemas"]["RoleView"];
            /** @description How long its quota will last at the present pace. */
            runway: components["schemas"]["RunwayView"];
            spend?: components["schemas"]["SpendView"] | null;
            /** @description The state that matters most. */
            state: components["schemas"]["AccountState"];
            /**
             * Format: date-time
             * @description When time alone cures the state, if known.
             */
            until?: string | null;
            /** @description Quota windows, five-hour first, then weekly, then the rest. */
            windows: components["schemas"]["WindowView"][];
            /** @description The provider's workspace id. */
            workspace_id: string;
        };
        /** @description One request as recorded; bodies are never stored. */
        ActivityView: {
            /** @description Slug of the account that answered, if one did. */
            account?: string | null;
            /**
             * Format: date-time
             * @description When it arrived.
             */
            at: string;
            /**
             * Format: int64
             * @description What these tokens would have cost at the API's standard prices, in millionths of a US dollar: no bill, for an
             *     account is paid by the month. Absent where the model has no price or the provider counted nothing.
             */
            at_api_prices_micro_usd?: number | null;
            /** @description Each try, in order. */
            attempts: components["schemas"]["AttemptView"][];
            /**
             * Format: int64
             * @description Of the input tokens, written to the prompt cache.
             */
            cache_write_tokens?: number | null;
            /**
             * Format: int64
             * @description Of these, from the prompt cache.
             */
            cached_tokens?: number | null;
            /** @description Name of the client. */
            client: string;
            /**
             * Format: int64
             * @description Milliseconds to the end.
             */
            duration_ms: number;
            /** @description Slug of the account that was tried first. */
            first_account?: string | null;
            /**
             * Format: int64
             * @description Milliseconds to the first output byte downstream.
             */
            first_byte_ms?: number | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Input tokens, where the provider counted them.
             */
            input_tokens?: number | null;
            /** @description Model that the tool asked for. */
            model?: string | null;
            /** @description `success`, or the class of the last failure. */
            outcome: components["schemas"]["OutcomeClass"];
            /** Format: int64 */
            output_tokens?: number | null;
            placement?: components["schemas"]["Placement"] | null;
            /**
             * Format: int64
             * @description Of the output tokens, for reasoning.
             */
            reasoning_tokens?: number | null;
            /** @description Accounts that were passed over, with their states. */
            skipped: components["schemas"]["SkippedView"][];
            /**
             * Format: int32
             * @description Status that the tool saw.
             */
            status: number;
            /** @description What the tool calls itself, by its `user-agent`. */
            tool?: string | null;
            /** @description How it arrived. */
            transport: components["schemas"]["Transport"];
            /** @description What the choice went by. */
            why?: components["schemas"]["WhyView"];
        };
        /**
         * @description What became of a conversation's pin to its account, in a word.
         * @enum {string}
         */
        AffinityKind: "none" | "new" | "kept" | "moved" | "bound";
        /** @description What became of a conversation's pin to its account. */
        AffinityView: {
            /**
             * Format: int64
             * @description Input tokens that the old account's prompt cache held and the new one's did not; an estimate.
             * @default null
             */
            cached_tokens_lost: number | null;
            /**
             * @description Slug of the account that it was on, for one that moved or could not.
             * @default null
             */
            from: string | null;
            /**
             * @description In a word.
             * @default none
             */
            kind: components["schemas"]["AffinityKind"];
            /** @default null */
            reason: components["schemas"]["MoveReason"] | null;
        };
        /** @description One try on one account. */
        AttemptView: {
            /** @description Slug of the account. */
            account: string;
            /** @description How it ended. */
            class: components["schemas"]["OutcomeClass"];
            /** @description Whether the request had reached the provider when the attempt ended. */
            delivery?: components["schemas"]["Delivery"];
            /**
             * Format: int64
             * @description Milliseconds to the outcome.
             */
            ms: number;
            /**
             * Format: int32
             * @description Status of the provider's answer, where there was one.
             */
            status?: number | null;
        };
        /**
         * @description What became of the wish to open a browser on the engine's machine.
         * @enum {string}
         */
        BrowserView: "opened" | "not_opened" | "not_asked";
        /**
         * @description How the consent arrives.
         * @enum {string}
         */
        CallbackView: "automatic" | "paste_only";
        /** @description An account that was to be tried. */
        CandidateView: {
            /** @description Slug of the account. */
            account: string;
            /** @description Why it stood where it did. */
            placement: components["schemas"]["Placement"];
        };
        /** @description Changes to a client; what is absent stays. */
        ClientChange: {
            /** @description Slug of another account. */
            account?: string | null;
            /**
             * @description The members of the account's pool, to be named unchanged or not at all; an empty list in `custom`
             *     mode keeps the client on its account alone, unless it goes round.
             */
            extra_provider_names?: string[] | null;
            /** @description New name. */
            name?: string | null;
            override_mode?: components["schemas"]["OverrideMode"] | null;
            strategy?: components["schemas"]["Strategy"] | null;
        };
        /** @description A client and its new key, which is shown this once. */
        ClientKey: {
            /** @description The address to configure in the tool; for a path key it holds the key. */
            base_url: string;
            client: components["schemas"]["ClientView"];
            key: string;
        };
        /** @description A local tool that gets a key of its own. */
        ClientNew: {
            /** @description Slug of the account that it is pointed at. */
            account: string;
            /**
             * @description The members of the account's pool, to be named unchanged or not at all; an empty list in `custom`
             *     mode keeps the client on its account alone, unless it goes round.
             */
            extra_provider_names?: string[] | null;
            key_kind?: components["schemas"]["KeyKind"] | null;
            /** @description Unique name. */
            name: string;
            override_mode?: components["schemas"]["OverrideMode"] | null;
            strategy?: components["schemas"]["Strategy"] | null;
        };
        /** @description One client as shown; its key is never shown again. */
        ClientView: {
            /** @description Slug of the account it is pointed at. */
            account: string;
            /**
             * Format: uuid
             * @description Stays the same for the client's life.
             */
            id: string;
            /** @description First characters of the key, to tell keys apart. */
            key_hint: string;
            /** @description How it presents its key. */
            key_kind: components["schemas"]["KeyKind"];
            /**
             * Format: date-time
             * @description Last request.
             */
            last_used_at?: string | null;
            /** @description Unique name. */
            name: string;
            /**
             * @description `inherit`: the account's pool as it is; `custom`: the strategy below in its place; `single`: that
             *     account alone.
             */
            override_mode: components["schemas"]["OverrideMode"];
            strategy?: components["schemas"]["Strategy"] | null;
            /** @description Name of the tool that it was made for, such as `codex`, while that is connected. */
            tool?: string | null;
        };
        /**
         * @description How the content of a file is written down.
         * @enum {string}
         */
        ContentEncoding: "text" | "base64";
        /** @description The other figures of a window about which the provider contradicts itself. */
        ContestedView: {
            /**
             * Format: date-time
             * @description When it starts afresh.
             */
            resets_at?: string | null;
            /**
             * Format: date-time
             * @description When this was seen.
             */
            seen_at: string;
            /** @description How it was seen. */
            source: components["schemas"]["Source"];
            /**
             * Format: double
             * @description 0 to 100.
             */
            used_percent: number;
        };
        /**
         * @description Whether conversations stay on their account.
         * @enum {string}
         */
        Conversations: "stay" | "rotate";
        /** @description Bought credits, from which requests beyond the windows are paid. */
        CreditsView: {
            /** @description What is left, in the provider's own words. */
            balance?: string | null;
            /** @description Whether there are any, where the provider says so. */
            has_credits?: boolean | null;
            /** @description Whether they are without limit, where the provider says so. */
            unlimited?: boolean | null;
        };
        /** @description A link that signs one browser on this machine in to the dashboard, once, with the owner's rights. */
        DashboardLink: {
            /**
             * Format: date-time
             * @description When it ends, if it was not used before.
             */
            expires_at: string;
            /** @description The address to open; its fragment, which no browser sends to a server, is the secret. */
            url: string;
        };
        /** @description A signed-in browser. */
        DashboardSession: {
            /**
             * Format: int64
             * @description Seconds without a request, the event stream aside, after which the session ends.
             */
            idle_seconds: number;
            /** @description To be sent as bearer. */
            token: string;
        };
        /**
         * @description How far a request had come when its attempt ended.
         * @enum {string}
         */
        Delivery: "answered" | "not_sent" | "unknown" | "begun";
        /** @description A time in which an account was exhausted. */
        DrySpanView: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
        };
        /**
         * @description What becomes of settings that were edited since a tool was connected.
         * @enum {string}
         */
        EditedSettings: "ask" | "keep" | "take_back";
        /** @description Something happened. A listener that lags reads the snapshot afresh and goes on. */
        EngineEvent: {
            /** @enum {string} */
            type: "changed";
        } | {
            account: string;
            /** @description The state before. */
            from: components["schemas"]["AccountState"];
            name: string;
            /** @description The state now. */
            to: components["schemas"]["AccountState"];
            /** @enum {string} */
            type: "account_state";
            /**
             * Format: date-time
             * @description When time alone cures it, if known.
             */
            until?: string | null;
        } | {
            /** @description Slug of the pool's owner. */
            owner: string;
            /** @enum {string} */
            type: "pool_dry";
            /**
             * Format: date-time
             * @description When the first account comes back, if known.
             */
            until?: string | null;
        } | {
            /** @description Slug of the pool's owner. */
            owner: string;
            /** @enum {string} */
            type: "pool_back";
        } | {
            id: string;
            /** @enum {string} */
            type: "sign_in";
        } | {
            /** @enum {string} */
            type: "vault";
        } | {
            /** @description Base address that tools are pointed at now: a page that was loaded from another one cannot ask for it. */
            endpoint: string;
            /** @enum {string} */
            type: "settings";
        };
        /** @description A limit of a single model or feature; it blocks nothing else. */
        ExtraLimitView: {
            /** @description Whether the provider says that requests under it are allowed. */
            allowed?: boolean | null;
            /** @description Whether it is reached: the provider says so, or has refused a request for it. */
            limit_reached?: boolean | null;
            /** @description The provider's name for it, such as `codex_bengalfox`. */
            name: string;
            /** @description The name shown to people, where the provider gives one. */
            title?: string | null;
            /**
             * Format: date-time
             * @description When it comes back, for one that is reached, where known.
             */
            until?: string | null;
            windows: components["schemas"]["WindowView"][];
        };
        /** @description What is wrong with one field of a body. */
        FieldProblem: {
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /** @description Its name. */
            field: string;
        };
        /**
         * @description Who writes files of this form.
         * @enum {string}
         */
        FileFormat: "codex_cli" | "opencode" | "cli_proxy_api" | "sub2api" | "codex_lb" | "chatgpt_session" | "tokens";
        /**
         * @description The four health states.
         * @enum {string}
         */
        HealthState: "idle" | "healthy" | "degraded" | "critical";
        /** @description Health as shown; by default that of an account that was never tried. */
        HealthView: {
            /**
             * Format: int32
             * @description Failures since the last success.
             */
            consecutive_failures: number;
            /**
             * Format: int32
             * @description Attempts behind these figures.
             */
            sample: number;
            /**
             * Format: int32
             * @description 0 to 100.
             */
            score: number;
            /** @description `idle`, `healthy`, `degraded`, `critical`. */
            state: components["schemas"]["HealthState"];
            /**
             * Format: int32
             * @description Successes in whole percent.
             */
            success_rate: number;
        };
        /** @description One login that is to be taken over. */
        ImportChoice: {
            /** @description What to call a new account; what the file calls it, or the slug, when absent. */
            display_name?: string | null;
            /** @description Slug of a new account; made from the plan when absent. */
            name?: string | null;
            /** @description Its row in the preview. */
            row: number;
        };
        /**
         * @description What becomes, or became, of one login of a file.
         * @enum {string}
         */
        ImportFate: "new_account" | "other_workspace" | "repairs" | "already_here" | "duplicate" | "spent" | "ended" | "refused";
        /** @description A file that holds logins, of any of the tools that are known. */
        ImportFile: {
            /** @description Its content, 1 MiB at most. */
            content: string;
            /** @description How the content is written down; as text when absent. */
            encoding?: components["schemas"]["ContentEncoding"];
            /** @description What the person knows it by; shown beside its logins. */
            name?: string | null;
        };
        /** @description Files to look into. */
        ImportFiles: {
            files: components["schemas"]["ImportFile"][];
        };
        /**
         * @description A refresh token can have one owner only.
         * @enum {string}
         */
        ImportModeName: "take_over" | "follow";
        /** @description What would become of each login. Nothing is kept of it: the files are sent again to import them. */
        ImportPreview: {
            /** @description File by file, in the order in which they stand there; at least one for each file. */
            rows: components["schemas"]["ImportRowView"][];
        };
        /**
         * @description Why a login of a file is not taken.
         * @enum {string}
         */
        ImportReason: "unreadable" | "too_large" | "unknown_format" | "api_key" | "other_provider" | "other_kind" | "encrypted" | "refresh_token_alone" | "foreign_issuer" | "no_identity" | "no_workspace" | "spent" | "ended" | "token_refused" | "provider_unreachable" | "held_elsewhere" | "not_saved" | "name";
        /** @description What became of the chosen logins, in the order in which they were chosen. */
        ImportResult: {
            rows: components["schemas"]["ImportedRowView"][];
        };
        /** @description One login of a file. It holds no token. */
        ImportRowView: {
            /** @description Whether there is nothing to renew it with. */
            access_token_only: boolean;
            /** @description Slug: a free one for a new account, else that of the account that it concerns. */
            account?: string | null;
            email?: string | null;
            /**
             * Format: date-time
             * @description When it ends, for one that nobody can renew and that says so.
             */
            ends_at?: string | null;
            /** @description What would become of it. */
            fate: components["schemas"]["ImportFate"];
            /** @description The name that its file was sent with. */
            file?: string | null;
            format?: components["schemas"]["FileFormat"] | null;
            /** @description The same as a sentence that names a remedy. */
            message?: string | null;
            /** @description Plan in lower case, such as `pro`. */
            plan?: string | null;
            reason?: components["schemas"]["ImportReason"] | null;
            /**
             * @description Whether it is chosen unless the person says otherwise: a login that would take the place of one that works
             *     is not.
             */
            recommended: boolean;
            /** @description By which it is chosen, from 0. */
            row: number;
            /** @description The provider's workspace id. */
            workspace_id?: string | null;
        };
        /** @description Files, and which of their logins are to be taken over. */
        ImportSelection: {
            /** @description The files of the preview, in the same order. */
            files: components["schemas"]["ImportFile"][];
            /** @description In the order in which they are to be taken. */
            rows: components["schemas"]["ImportChoice"][];
        };
        /** @description What became of one login. */
        ImportedRowView: {
            /** @description Slug of the account that has it now. */
            account?: string | null;
            /** @description What became of it; whatever is no account of its own has a reason. */
            fate: components["schemas"]["ImportFate"];
            /** @description The same as a sentence that names a remedy. */
            message?: string | null;
            reason?: components["schemas"]["ImportReason"] | null;
            /** @description As it was chosen. */
            row: number;
        };
        /**
         * @description How a client presents its key.
         * @enum {string}
         */
        KeyKind: "bearer" | "path";
        /**
         * @description The language of window, tray and dashboard.
         * @enum {string}
         */
        LanguageChoice: "system" | "en" | "vi" | "zh" | "ja";
        /** @description A link to the dashboard, redeemed. */
        LinkRedemption: {
            /** @description What follows `#link=` in the link. */
            link: string;
        };
        /**
         * @description Who renews the tokens of a tool's own login.
         * @enum {string}
         */
        LoginOwners: "both" | "tool" | "apart";
        /** @description How long a login lasts. */
        LoginView: {
            /**
             * Format: date-time
             * @description The end of one that nobody renews, where it says so; a sign-in before then keeps the account serving.
             */
            ends_at?: string | null;
            renewed_by: components["schemas"]["RenewedBy"];
        };
        /**
         * @description What kind of machine the engine runs on, as far as it says where the person's browser is.
         * @enum {string}
         */
        MachineKind: "desktop" | "wsl" | "container" | "ssh" | "headless";
        /**
         * @description Real installation or rehearsal.
         * @enum {string}
         */
        ModeView: "normal" | "rehearsal";
        /**
         * @description Why a conversation left its account or could not go on there, or a request passed an account over: a state of
         *     that account, the class of its failure, what it has to say of the model, or a rule of the pool.
         *
         *     One list, for states and classes share words (`rate_limited`) and a record holds the word only.
         * @enum {string}
         */
        MoveReason: "ready" | "paused" | "exhausted" | "rate_limited" | "needs_reauth" | "sign_in_uncertain" | "missing_workspace" | "forbidden" | "billing" | "vault_locked" | "unreachable" | "success" | "rejected" | "unauthorized" | "usage_limit" | "model_limit" | "unsuitable" | "foreign_ciphertext" | "failure" | "abandoned" | "rotation" | "left_pool";
        /** @description What moving conversations between accounts cost. */
        MovesView: {
            /**
             * Format: int64
             * @description Input tokens that had to be read anew; an estimate.
             */
            cached_tokens_lost: number;
            /**
             * Format: int32
             * @description Conversations that moved.
             */
            count: number;
            /**
             * Format: int32
             * @description Attempts that may have been billed beside the one that answered.
             */
            maybe_billed_twice: number;
        };
        /**
         * @description What has to happen before an account serves again as it should.
         * @enum {string}
         */
        Needs: "nothing" | "time" | "sign_in" | "payment" | "person" | "unlock";
        /** @description A sign-in to be started. */
        NewSignIn: {
            /** @description Slug of the account to repair; absent for a new one. */
            account?: string | null;
            /**
             * @description Who starts it, such as a tab: 1 to 64 bytes of its own choosing. Starting the same again under the same name
             *     gives the sign-in that is pending; without a name, each start is a sign-in of its own.
             */
            caller?: string | null;
            /** @description How the person's consent gets back; `browser` when absent. */
            method?: components["schemas"]["SignInMethod"];
            /** @description Whether the engine opens the browser; `yes` when absent. */
            open_browser?: components["schemas"]["OpenBrowser"];
        };
        /** @description Another workspace of a login that is here already. */
        NewWorkspaceAccount: {
            /** @description What to call it; the slug when absent. */
            display_name?: string | null;
            /** @description Slug; made from the plan when absent. */
            name?: string | null;
            /** @description The provider's workspace id, as the account's workspaces are listed. */
            workspace_id: string;
        };
        /**
         * @description Whether starting a sign-in also opens the browser on this machine.
         * @enum {string}
         */
        OpenBrowser: "yes" | "no";
        /**
         * @description How a request or one attempt ended.
         * @enum {string}
         */
        OutcomeClass: "success" | "rejected" | "unauthorized" | "usage_limit" | "model_limit" | "rate_limited" | "missing_workspace" | "forbidden" | "billing" | "unsuitable" | "foreign_ciphertext" | "failure" | "abandoned";
        /**
         * @description Whether a client follows its account's pool.
         * @enum {string}
         */
        OverrideMode: "inherit" | "custom" | "single";
        /** @description A login to the provider that a tool has of its own, and that is an account here. */
        OwnLoginView: {
            /** @description Slug. */
            account: string;
            file: string;
            owners: components["schemas"]["LoginOwners"];
        };
        /** @description The callback address that the person copied. */
        PastedCallback: {
            /** @description The whole address of the page that the browser ended on, or `code#state`. */
            url: string;
        };
        /**
         * @description Why a candidate stood where it did.
         * @enum {string}
         */
        Placement: "conversation" | "turn" | "strategy" | "fallback";
        /** @description What a pool is to be. */
        PoolChange: {
            conversations?: components["schemas"]["Conversations"] | null;
            /** @description Slugs of the members, in order, without the owner. */
            extra_provider_names: string[];
            /** @description How requests are placed. */
            strategy: components["schemas"]["Strategy"];
        };
        /** @description One pool as shown. */
        PoolView: {
            /** @description Whether conversations stay on their account. */
            conversations: components["schemas"]["Conversations"];
            /** @description Slugs of the members, in order, without the owner. */
            extra_provider_names: string[];
            /** @description Slug of the account that served last. */
            last_account?: string | null;
            /**
             * Format: date-time
             * @description When that was.
             */
            last_used_at?: string | null;
            /**
             * Format: int32
             * @description What is left of its accounts together, by the same rule as for all accounts.
             */
            level_percent?: number | null;
            /** @description What moving conversations cost in the last 24 hours. */
            moves: components["schemas"]["MovesView"];
            /** @description Slug of the owner. */
            owner: string;
            /** @description How long the quota of all its accounts will last at the present pace. */
            runway: components["schemas"]["RunwayView"];
            /** @description Whether at least one account can take a request. */
            serving: boolean;
            /** @description How new conversations are placed. */
            strategy: components["schemas"]["Strategy"];
            /**
             * Format: date-time
             * @description When the first account comes back, for a pool that cannot serve and that time cures.
             */
            until?: string | null;
        };
        /** @description Where the prices come from. */
        PriceSourceView: {
            /** @description The day on which its data was taken over, as in `2026-07-09`. */
            date: string;
            /** @description The published package that lists them. */
            package: string;
            version: string;
        };
        /** @description Problem details (RFC 9457). */
        Problem: {
            /** @description A stable word for programs, such as `account_not_found`. */
            code: string;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /** @description What is wrong with each field, where several can be. */
            fields?: components["schemas"]["FieldProblem"][];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The name of the account, client or field that it is about. */
            subject?: string | null;
            /** @description The status in words. */
            title: string;
            /** @description Always `about:blank`: `code` tells problems apart. */
            type: components["schemas"]["ProblemType"];
        };
        /**
         * @description The one type of problem that is used: one that the status and `code` describe.
         * @enum {string}
         */
        ProblemType: "about:blank";
        /** @description Who can reach the endpoint. Everyone needs a key; the owner alone manages. */
        Reach: {
            /** @description The address that is listened on. */
            address: string;
            /** @description Names beside this machine's own. */
            hosts: string[];
            /** @description Web pages, by origin. */
            origins: string[];
            /** @description From where. */
            scope: components["schemas"]["ReachScope"];
            /** @description All of it in one English sentence. */
            sentence: string;
        };
        /**
         * @description From where a connection can be made.
         * @enum {string}
         */
        ReachScope: "this_machine" | "one_address" | "all_networks";
        /**
         * @description The three groups of the seed.
         * @enum {string}
         */
        ReadinessView: "active" | "fallback_only" | "blocked";
        /**
         * @description The page of the dashboard on which a scene is seen.
         * @enum {string}
         */
        RehearsalPage: "accounts" | "pool" | "requests";
        /**
         * @description What can happen in a rehearsal, in the order of its story.
         * @enum {string}
         */
        RehearsalScene: "begun" | "signed_in" | "working" | "exhausted" | "moved" | "login_ended" | "login_repaired" | "quota_reset" | "quiet";
        /** @description What a rehearsal has just shown. */
        RehearsalView: {
            /** @description Slug of the account that it is about, if it is about one. */
            account?: string | null;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description Where it is seen. */
            page: components["schemas"]["RehearsalPage"];
            scene: components["schemas"]["RehearsalScene"];
        };
        /**
         * @description What a person can do about an account's state.
         * @enum {string}
         */
        Remedy: "resume" | "wait_for_reset" | "wait_a_moment" | "wait_for_retry" | "sign_in" | "sign_in_soon" | "pick_workspace" | "ask_provider" | "check_billing" | "unlock_keychain";
        /**
         * @description Who renews a login.
         * @enum {string}
         */
        RenewedBy: "rockpool" | "other_tool" | "nobody";
        /**
         * @description Place in a pool.
         * @enum {string}
         */
        RoleView: "owner" | "member" | "single";
        /**
         * @description What can be said of a runway.
         * @enum {string}
         */
        RunwayOutlook: "silent" | "lasts" | "runs_dry" | "dry";
        /** @description How long quota will last at the present pace. */
        RunwayView: {
            /**
             * Format: date-time
             * @description Best estimate of when nothing is left.
             */
            dry_at?: string | null;
            /**
             * Format: date-time
             * @description Nothing may be left from here on, at the fastest pace seen lately.
             */
            earliest?: string | null;
            /**
             * Format: date-time
             * @description At the slowest pace seen lately; absent where that would last until the reset.
             */
            latest?: string | null;
            /** @description What can be said. */
            outlook: components["schemas"]["RunwayOutlook"];
            /**
             * Format: date-time
             * @description When capacity comes back after that.
             */
            returns_at?: string | null;
            window?: components["schemas"]["WindowKind"] | null;
        };
        /** @description One account in a course of events. */
        ScenarioAccountView: {
            /** @description Slug of the account. */
            account: string;
            /** @description When it was exhausted. */
            dry: components["schemas"]["DrySpanView"][];
            /**
             * Format: int32
             * @description Requests that it served.
             */
            requests: number;
        };
        /** @description One course of events. */
        ScenarioView: {
            /** @description Per account, owner first. */
            accounts: components["schemas"]["ScenarioAccountView"][];
            /**
             * Format: int32
             * @description Times that a conversation changed its account, and with it its prompt cache.
             */
            cache_breaks: number;
            /**
             * Format: int64
             * @description Input tokens that had to be read anew for it; an estimate.
             */
            cached_tokens_lost: number;
            /**
             * Format: int64
             * @description Seconds in which no account could serve.
             */
            dry_seconds: number;
            strategy?: components["schemas"]["Strategy"] | null;
            /**
             * Format: int32
             * @description Requests that no account could serve.
             */
            unserved: number;
        };
        /**
         * @description Where a value in force comes from.
         * @enum {string}
         */
        SettingSource: "default" | "stored" | "environment";
        /** @description One setting. */
        SettingView_BTreeMap_String_String: {
            default: {
                [key: string]: string;
            };
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            value: {
                [key: string]: string;
            };
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_LanguageChoice: {
            /**
             * @description The language of window, tray and dashboard.
             * @enum {string}
             */
            default: "system" | "en" | "vi" | "zh" | "ja";
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            /**
             * @description The language of window, tray and dashboard.
             * @enum {string}
             */
            value: "system" | "en" | "vi" | "zh" | "ja";
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_Option_String: {
            default: null | string;
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            value: null | string;
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_String: {
            default: string;
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            value: string;
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_Theme: {
            /**
             * @description The colours of window and dashboard.
             * @enum {string}
             */
            default: "system" | "light" | "dark";
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            /**
             * @description The colours of window and dashboard.
             * @enum {string}
             */
            value: "system" | "light" | "dark";
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_VaultKind: {
            /**
             * @description What kind of place secrets rest in.
             * @enum {string}
             */
            default: "keychain" | "file" | "memory";
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            /**
             * @description What kind of place secrets rest in.
             * @enum {string}
             */
            value: "keychain" | "file" | "memory";
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_Vec_String: {
            default: string[];
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            value: string[];
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description One setting. */
        SettingView_u32: {
            /** Format: int32 */
            default: number;
            /** @description Where the value comes from. */
            source: components["schemas"]["SettingSource"];
            /** Format: int32 */
            value: number;
            /** @description The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then. */
            variable?: string | null;
        };
        /** @description Changes of settings; what is absent stays, and null puts the default back. */
        SettingsChange: {
            /** @description The same for single accounts, by slug; one that is not named stays, null takes it back. */
            account_proxies?: {
                [key: string]: string | null;
            } | null;
            /** @description Path of a PEM file with an extra certificate authority. */
            ca_file?: string | null;
            /** @description Names, without a port, under which tools may reach the endpoint besides this machine's own. */
            hosts?: string[] | null;
            /**
             * Format: int32
             * @description After how many days a conversation that said nothing may be placed anew, 1 to 90.
             */
            keep_conversations_days?: number | null;
            /**
             * Format: int32
             * @description For how many days the course of quota is kept, 1 to 14.
             */
            keep_quota_days?: number | null;
            /**
             * Format: int32
             * @description How many requests of each tenant are kept, 100 to 10,000.
             */
            keep_requests?: number | null;
            /**
             * Format: int32
             * @description For how many days requests are kept, 1 to 365.
             */
            keep_requests_days?: number | null;
            language?: components["schemas"]["LanguageChoice"] | null;
            /** @description Address and port of the endpoint, such as `127.0.0.1:7625`. */
            listen?: string | null;
            /**
             * @description Names of models that mean another: `NAME=MODEL` for every client, `CLIENT:NAME=MODEL` for one; NAME may end
             *     with a star.
             */
            model_aliases?: string[] | null;
            /** @description Origins of web pages that may use the endpoint, such as `tauri://localhost`. */
            origins?: string[] | null;
            /** @description By which proxy the provider is asked: `system`, `none`, or an address such as `socks5://127.0.0.1:1080`. */
            proxy?: string | null;
            theme?: components["schemas"]["Theme"] | null;
        };
        /** @description All settings, and what follows from them. */
        SettingsView: {
            /** @description What runs here. */
            about: components["schemas"]["AboutView"];
            /** @description The same for the accounts that have a way out of their own, by slug. */
            account_proxies: components["schemas"]["SettingView_BTreeMap_String_String"];
            /** @description PEM file with an extra certificate authority. */
            ca_file: components["schemas"]["SettingView_Option_String"];
            /** @description Base address that tools are pointed at. */
            endpoint: string;
            /** @description Names besides this machine's own under which tools may reach the endpoint. */
            hosts: components["schemas"]["SettingView_Vec_String"];
            /** @description After how many days a conversation that said nothing may be placed anew. */
            keep_conversations_days: components["schemas"]["SettingView_u32"];
            /** @description For how many days the course of quota is kept. */
            keep_quota_days: components["schemas"]["SettingView_u32"];
            /** @description How many requests of each tenant are kept. */
            keep_requests: components["schemas"]["SettingView_u32"];
            /** @description For how many days requests are kept. */
            keep_requests_days: components["schemas"]["SettingView_u32"];
            /** @description Language of window, tray and dashboard. */
            language: components["schemas"]["SettingView_LanguageChoice"];
            /** @description Address and port that the endpoint listens on, as it was asked for. */
            listen: components["schemas"]["SettingView_String"];
            /** @description Names of models that mean another: `NAME=MODEL`, or `CLIENT:NAME=MODEL`. */
            model_aliases: components["schemas"]["SettingView_Vec_String"];
            /** @description Origins of web pages that may use the endpoint. */
            origins: components["schemas"]["SettingView_Vec_String"];
            /**
             * @description By which proxy the provider is asked: `system`, `none`, or an address; `unreadable` where one is stored that
             *     cannot be read, and then nothing goes out by it until another is chosen.
             */
            proxy: components["schemas"]["SettingView_String"];
            /** @description Who can reach the endpoint. */
            reach: components["schemas"]["Reach"];
            /** @description Colours of window and dashboard. */
            theme: components["schemas"]["SettingView_Theme"];
            /** @description Where secrets rest; moved by `POST /settings/vault/move`. */
            vault: components["schemas"]["SettingView_VaultKind"];
            /** @description How the vault is. */
            vault_state: components["schemas"]["VaultView"];
        };
        /**
         * @description How the person's consent gets back to the engine.
         * @enum {string}
         */
        SignInMethod: "browser" | "device";
        /**
         * @description Where a sign-in stands.
         * @enum {string}
         */
        SignInState: "waiting" | "exchanging" | "done" | "failed" | "cancelled" | "timed_out";
        /** @description One sign-in as shown. The address holds no secret: the code verifier stays in the process. */
        SignInView: {
            /** @description Slug of the account to be repaired; absent for a new one. */
            account?: string | null;
            /** @description The page that the person opens: to sign in, or to enter the code. */
            authorize_url: string;
            /** @description Whether a browser was opened on the engine's machine. */
            browser: components["schemas"]["BrowserView"];
            /** @description Whether the consent arrives by itself, or the person has to paste an address. */
            callback: components["schemas"]["CallbackView"];
            /**
             * Format: date-time
             * @description When it gives up.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Names it in the API.
             */
            id: string;
            /** @description What went wrong and what to do, when it failed; while it waits, what is in its way. */
            message?: string | null;
            /** @description How the person's consent gets back. */
            method: components["schemas"]["SignInMethod"];
            /** @description Slug of the account that came of it. */
            result?: string | null;
            /** @description Where it stands. */
            state: components["schemas"]["SignInState"];
            /** @description The code that is to be entered there; absent for a sign-in without one. */
            user_code?: string | null;
        };
        /**
         * @description A way to sign in, as people choose between them.
         * @enum {string}
         */
        SignInWay: "browser" | "device" | "paste";
        /** @description The ways to sign in on the engine's machine. */
        SignInWaysView: {
            /** @description What kind of machine that is. */
            machine: components["schemas"]["MachineKind"];
            /** @description Whether the engine can open a browser there. */
            opens_browser: boolean;
            /** @description All ways, the best one for this machine first. */
            ways: components["schemas"]["SignInWay"][];
            /** @description Why the first one is first. */
            why: string;
        };
        /** @description An account that was passed over. */
        SkippedView: {
            /** @description Slug of the account. */
            account: string;
            /** @description Its state then, or why it was not asked for the model. */
            reason: components["schemas"]["MoveReason"];
            /**
             * Format: date-time
             * @description When time alone was to cure it, if known.
             */
            until?: string | null;
        };
        /** @description Everything a person may want to see at a glance. */
        Snapshot: {
            /** @description Accounts in the order of lists: as they were added, until a person puts them into another order. */
            accounts: components["schemas"]["AccountView"][];
            /** @description Clients, by name. */
            clients: components["schemas"]["ClientView"][];
            /** @description Base address that tools are pointed at, such as `http://127.0.0.1:7625/v1`. */
            endpoint: string;
            /**
             * Format: int32
             * @description What is left of all accounts together: the mean of what can be had of each, 0 to 100, without those that
             *     are paused and those whose quota is not known. Absent where no account counts.
             */
            level_percent?: number | null;
            /** @description Real installation or rehearsal. */
            mode: components["schemas"]["ModeView"];
            /** @description How many accounts stay as they are until a person acts. */
            needing_person: number;
            /** @description Pools, by owner's name. */
            pools: components["schemas"]["PoolView"][];
            /** @description The newest requests, newest first; `GET /activity` gives more. */
            recent: components["schemas"]["ActivityView"][];
            rehearsal?: components["schemas"]["RehearsalView"] | null;
            /** @description Sign-ins under way, and those that ended in the last minute. */
            sign_ins: components["schemas"]["SignInView"][];
            /**
             * Format: date-time
             * @description When this view was taken.
             */
            taken_at: string;
            vault: components["schemas"]["VaultView"];
            /** @description Version of the running process. */
            version: string;
        };
        /** @description What a person writes into a program or a shell of their own. */
        SnippetView: {
            /** @description As on the command line, such as `openai-python`. */
            name: string;
            /** @description With `YOUR_KEY` where the key belongs, and `MODEL` where none was named. */
            text: string;
            title: string;
        };
        /**
         * @description How quota was last seen.
         * @enum {string}
         */
        Source: "usage" | "headers" | "event";
        /** @description A spending limit that the workspace has set. */
        SpendView: {
            /** @description The limit, in the provider's own words. */
            limit?: string | null;
            /** @description Whether it is reached, where the provider says so. */
            reached?: boolean | null;
            /**
             * Format: date-time
             * @description When it starts afresh.
             */
            resets_at?: string | null;
            /** @description What is spent, in the provider's own words. */
            used?: string | null;
            /**
             * Format: double
             * @description 0 to 100.
             */
            used_percent?: number | null;
        };
        /**
         * @description How new conversations, and requests that name none, are placed.
         * @enum {string}
         */
        Strategy: "primary_first" | "round_robin" | "priority_order" | "most_headroom" | "soonest_reset";
        /**
         * @description The colours of window and dashboard.
         * @enum {string}
         */
        Theme: "system" | "light" | "dark";
        /** @description One real request that went through the endpoint. */
        ToolCheck: {
            /** @description Slug of the account that answered. */
            account: string;
            /** Format: int64 */
            milliseconds: number;
            model?: string | null;
        };
        /** @description How a tool is to be connected. */
        ToolConnect: {
            /**
             * @description Slug of the account that it is pointed at; when absent, the one it is pointed at already, else the first pool's
             *     owner, else the first account.
             */
            account?: string | null;
            /** @description The model that the tool shall ask for; when absent, the tool's own choice. */
            model?: string | null;
            /** @description From the preview: refused where the files have changed since. */
            seen?: string | null;
        };
        /** @description A tool that was just connected. */
        ToolConnected: {
            /** @description Shown this once, where the person has to hand it to the tool. */
            key?: string | null;
            todo: components["schemas"]["ToolTodo"][];
            tool: components["schemas"]["ToolView"];
        };
        /** @description How a tool is to be disconnected. */
        ToolDisconnect: {
            edited?: components["schemas"]["EditedSettings"];
            key?: components["schemas"]["ToolKeyAfter"];
        };
        /**
         * @description What becomes of the key that a tool got.
         * @enum {string}
         */
        ToolKeyAfter: "remove" | "keep";
        /** @description What connecting a tool would change. */
        ToolPreview: {
            /** @description Slug of the account that it is pointed at. */
            account: string;
            /** @description Name of the client that the tool gets. */
            client: string;
            /** @description Unified, secrets masked; empty where everything is as it shall be. */
            diff: string;
            /** @description Files that would be written. */
            files: string[];
            key_kind: components["schemas"]["KeyKind"];
            /** @description Stands for what the files hold now; sent back, the change is made only if they still do. */
            seen: string;
            todo: components["schemas"]["ToolTodo"][];
        };
        /**
         * @description How a tool stands to the endpoint.
         * @enum {string}
         */
        ToolState: "not_connected" | "connected" | "moved" | "edited" | "gone" | "unreadable" | "by_variables";
        /** @description What is left for the person. */
        ToolTodo: {
            /** @enum {string} */
            kind: "restart";
        } | {
            /** @enum {string} */
            kind: "choose_model";
            model: string;
        } | {
            /** @enum {string} */
            kind: "give_key";
            variable: string;
        } | {
            /** @enum {string} */
            kind: "set_variables";
        } | {
            command: string;
            /** @enum {string} */
            kind: "call";
        };
        ToolView: {
            /** @description Its client, where it was connected and that was not removed since. */
            client?: string | null;
            /** Format: date-time */
            connected_at?: string | null;
            /** @description Settings that were edited since. */
            edited: string[];
            /** @description Programs, files and folders by which it was found; none where it is not installed. */
            found: string[];
            /** @description The model that was named when it was connected. */
            model?: string | null;
            /** @description As in addresses and on the command line, such as `codex`. */
            name: string;
            /** @description It has to be told a model. */
            needs_model: boolean;
            own_login?: components["schemas"]["OwnLoginView"] | null;
            /** @description Why it cannot be connected or looked at now, as a sentence. */
            problem?: string | null;
            state: components["schemas"]["ToolState"];
            /** @description As its makers write it. */
            title: string;
        };
        /**
         * @description How a request arrived.
         * @enum {string}
         */
        Transport: "http" | "websocket";
        /**
         * @description What requests are put together by.
         * @enum {string}
         */
        UsageBy: "tool" | "account" | "client" | "model" | "day";
        /** @description The requests that have something in common. */
        UsageRowView: {
            /** @description What they have in common: a name, or a day as in `2026-07-09`. Absent where that is not known. */
            key?: string | null;
            sums: components["schemas"]["UsageSums"];
        };
        /** @description What requests came to. */
        UsageSums: {
            /**
             * Format: int64
             * @description What the tokens of these would have cost at the API's standard prices, in millionths of a US dollar: no bill,
             *     for accounts are paid by the month. Absent where none of them has a price.
             */
            at_api_prices_micro_usd?: number | null;
            /**
             * Format: int64
             * @description Of the input tokens, written to the prompt cache, where the provider counts them.
             */
            cache_write_tokens: number;
            /**
             * Format: int64
             * @description Of the input tokens, from the prompt cache.
             */
            cached_tokens: number;
            /**
             * Format: int64
             * @description Of these, requests whose tokens the provider counted.
             */
            counted: number;
            /** Format: int64 */
            input_tokens: number;
            /** Format: int64 */
            output_tokens: number;
            /**
             * Format: int64
             * @description Of the counted requests, those whose model has a price.
             */
            priced: number;
            /**
             * Format: int64
             * @description Of the output tokens, for reasoning.
             */
            reasoning_tokens: number;
            /** Format: int64 */
            requests: number;
        };
        /** @description Tokens of the requests that are recorded, put together. Records are kept for a time and up to a number only. */
        UsageView: {
            by: components["schemas"]["UsageBy"];
            /**
             * Format: date-time
             * @description Requests that arrived from here on
             */
            from: string;
            prices: components["schemas"]["PriceSourceView"];
            /**
             * Format: date-time
             * @description Arrival of the oldest request that is still recorded: where it is later than `from`, earlier requests may be
             *     missing. Absent where there is none.
             */
            recorded_since?: string | null;
            /** @description The largest first; days newest first. */
            rows: components["schemas"]["UsageRowView"][];
            /**
             * Format: date-time
             * @description and before this.
             */
            to: string;
            total: components["schemas"]["UsageSums"];
        };
        /** @description The encrypted file of a vault. */
        VaultFile: {
            key: components["schemas"]["VaultFileKey"];
            /** @description Where it is. */
            path: string;
        };
        /**
         * @description What opens the encrypted file.
         * @enum {string}
         */
        VaultFileKey: "passphrase" | "beside";
        /**
         * @description What kind of place secrets rest in.
         * @enum {string}
         */
        VaultKind: "keychain" | "file" | "memory";
        /** @description Where secrets are to rest. */
        VaultMove: {
            /** @description `keychain` or `file`. */
            to: components["schemas"]["VaultKind"];
        };
        /**
         * @description Whether the vault can be read and written.
         * @enum {string}
         */
        VaultState: "ready" | "locked" | "missing" | "failed";
        /** @description The vault as shown. */
        VaultView: {
            file?: components["schemas"]["VaultFile"] | null;
            kind: components["schemas"]["VaultKind"];
            /** @description What is wrong and what to do, in a sentence; when ready, what weakens its protection, if anything does. */
            message?: string | null;
            /** @description Whether it can be read and written. */
            state: components["schemas"]["VaultState"];
        };
        /** @description What a pool's recorded requests would have done under each strategy, side by side. */
        WhatIfView: {
            /**
             * @description What had to be assumed: `burn_guessed` where an account's use per token is taken from the others,
             *     `no_token_counts` where answers carried none, `history_short` where less than a day is recorded.
             */
            assumptions: string[];
            /**
             * Format: int32
             * @description Conversations among them.
             */
            conversations: number;
            /**
             * Format: date-time
             * @description Arrival of the first request that is replayed.
             */
            from?: string | null;
            /** @description Slug of the pool's owner. */
            owner: string;
            /** @description What happened. */
            recorded: components["schemas"]["ScenarioView"];
            /**
             * Format: int32
             * @description Requests that are replayed.
             */
            requests: number;
            /** @description One for each strategy. */
            scenarios: components["schemas"]["ScenarioView"][];
            /**
             * Format: date-time
             * @description Arrival of the last.
             */
            to?: string | null;
            /** @description Slugs of the accounts that are left out of the scenarios. */
            without: string[];
        };
        /** @description What a choice went by. Empty for a request that was refused before there was a choice. */
        WhyView: {
            /**
             * @description What became of the conversation's pin to its account.
             * @default {
             *       "cached_tokens_lost": null,
             *       "from": null,
             *       "kind": "none",
             *       "reason": null
             *     }
             */
            affinity: components["schemas"]["AffinityView"];
            /**
             * @description The accounts in the order in which they were to be tried.
             * @default []
             */
            candidates: components["schemas"]["CandidateView"][];
            /**
             * @description Eight hexadecimal digits that tell conversations apart; never the tool's own name for it.
             * @default null
             */
            conversation: string | null;
            /**
             * Format: int32
             * @description Attempts that broke off after the request may have been worked on, and were made again: each may
             *     have been billed beside the one that answered.
             * @default 0
             */
            maybe_billed_twice: number;
            /**
             * Format: int64
             * @description Size of the request body as the tool sent it.
             * @default 0
             */
            request_bytes: number;
            /**
             * Format: int64
             * @description Size of the answer as the tool got it.
             * @default 0
             */
            response_bytes: number;
            /** @default null */
            strategy: components["schemas"]["Strategy"] | null;
        };
        /**
         * @description Quota windows by length.
         * @enum {string}
         */
        WindowKind: "five_hour" | "weekly" | "monthly" | "other";
        /** @description One quota window as shown. */
        WindowView: {
            contested?: components["schemas"]["ContestedView"] | null;
            /** @description By length: `five_hour`, `weekly`, `monthly`, `other`. */
            kind: components["schemas"]["WindowKind"];
            /**
             * Format: int32
             * @description Length in seconds, where known.
             */
            length_seconds?: number | null;
            /**
             * Format: date-time
             * @description When the figures were seen, where that is longer ago than the quota: newer answers did not tell them.
             */
            measured_at?: string | null;
            /**
             * Format: int32
             * @description Whole percent left, 0 to 100; absent as above.
             */
            remaining_percent?: number | null;
            /**
             * Format: date-time
             * @description When it starts afresh.
             */
            resets_at?: string | null;
            /**
             * Format: double
             * @description 0 to 100; absent where the provider names the window and not how much of it is used.
             */
            used_percent?: number | null;
        };
        /**
         * @description Whether the owner wants an account used.
         * @enum {string}
         */
        Wish: "active" | "paused";
        /** @description One workspace that the login behind an account reaches. */
        WorkspaceView: {
            /** @description Slug of the account that is this person's seat in it; absent where there is none yet. */
            account?: string | null;
            /** @description What its owner calls it; absent for a personal one. */
            name?: string | null;
            /** @description Plan in lower case, such as `business`. */
            plan?: string | null;
            /** @description The provider's workspace id. */
            workspace_id: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    orderAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountOrder"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountImport"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the account */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the account */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the account */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the account */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the account */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the account whose login it is */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWorkspaceAccount"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActivity: {
        parameters: {
            query?: {
                /** @description 1 to 200; as many as the snapshot shows when absent */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listClients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addClient: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientNew"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientKey"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the client */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the client */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateClientKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the client */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientKey"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    newDashboardLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DashboardLink"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeemDashboardLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRedemption"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DashboardSession"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endDashboardSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["EngineEvent"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importLogins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportSelection"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewImport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportFiles"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportPreview"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the owner */
                owner: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PoolChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removePool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the owner */
                owner: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Dissolved */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whatIf: {
        parameters: {
            query?: {
                /** @description Slugs of accounts to leave out, separated by commas */
                without?: string;
            };
            header?: never;
            path: {
                /** @description Slug of the owner */
                owner: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhatIfView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    moveVault: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VaultMove"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryVault: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSignIns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSignIn"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSignInWays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInWaysView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the sign-in */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the sign-in */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Given up */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pasteCallback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the sign-in */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PastedCallback"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSnippets: {
        parameters: {
            query?: {
                /** @description The model to ask for */
                model?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnippetView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolView"][];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connectTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool, such as `codex` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolConnect"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolConnected"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disconnectTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool, such as `codex` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolDisconnect"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool, such as `codex` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolConnect"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolPreview"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool, such as `codex` */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolCheck"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showUsage: {
        parameters: {
            query?: {
                /** @description What they are put together by; the tool when absent */
                by?: components["schemas"]["UsageBy"];
                /** @description Requests that arrived from here on */
                from?: string;
                /** @description Requests that arrived before this; all that there are when absent */
                to?: string;
                /** @description In place of `from`: so many days, today among them; 30 when absent */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageView"];
                };
            };
            /** @description Refused; nothing was saved */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
