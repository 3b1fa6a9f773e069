//! Libraries that stand on the providers' own or on their APIs: each test is one of them over one of its ways to ask.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_tests::tools::agents::findings::Case;
use rockpool_tests::tools::sdk::Sdk;
use serde_json::json;

use crate::library::{
    FIRST_WORDS, LEFT_THEN_SERVED, Library, OLDER_LITE_MODEL, SENTENCE, Tried, Way, image, plain, schema,
    streamed, tool, works,
};

/// What most of them do.
fn usual() -> [Tried; 5] {
    [plain(), streamed(), tool(), schema(), image()]
}

#[tokio::test]
async fn the_ai_sdk_works_over_responses() {
    let way = Way {
        sdk: Sdk::AiSdk,
        wire: "responses",
        name: "AI SDK 7.0.173 (@ai-sdk/openai 4.0.118), Responses",
        set_up: "`createOpenAI`: `baseURL`, `apiKey`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn the_ai_sdk_works_over_chat_completions() {
    let way = Way {
        sdk: Sdk::AiSdk,
        wire: "chat",
        name: "AI SDK 7.0.173 (@ai-sdk/openai 4.0.118), chat completions",
        set_up: "`createOpenAI`: `baseURL`, `apiKey`; `openai.chat(MODEL)`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn the_ai_sdk_works_with_its_provider_for_compatible_endpoints() {
    let way = Way {
        sdk: Sdk::AiSdk,
        wire: "compatible",
        name: "AI SDK 7.0.173 (@ai-sdk/openai-compatible 3.0.92), chat completions",
        set_up: "`createOpenAICompatible`: `baseURL`, `apiKey`, `supportsStructuredOutputs: true`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn the_ai_sdk_works_over_messages() {
    let way = Way {
        sdk: Sdk::AiSdk,
        wire: "messages",
        name: "AI SDK 7.0.173 (@ai-sdk/anthropic 4.0.105), messages",
        set_up: "`createAnthropic`: `baseURL`, `apiKey`",
    };
    works(way, &[plain(), streamed(), tool(), schema().by_forcing(), image()]).await;
}

#[tokio::test]
async fn openais_agents_sdk_for_javascript_works_over_responses() {
    let way = Way {
        sdk: Sdk::OpenAiAgentsNode,
        wire: "responses",
        name: "OpenAI Agents SDK (JS) 0.20.0, Responses",
        set_up: "`OpenAIProvider`: `baseURL`, `apiKey`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn openais_agents_sdk_for_javascript_works_over_chat_completions() {
    let way = Way {
        sdk: Sdk::OpenAiAgentsNode,
        wire: "chat",
        name: "OpenAI Agents SDK (JS) 0.20.0, chat completions",
        set_up: "`OpenAIProvider`: `baseURL`, `apiKey`, `useResponses: false`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn openais_agents_sdk_for_python_works_over_responses() {
    let way = Way {
        sdk: Sdk::OpenAiAgentsPython,
        wire: "responses",
        name: "OpenAI Agents SDK (Python) 0.24.0, Responses",
        set_up: "`OpenAIResponsesModel` with a client of openai-python: `base_url`, `api_key`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn openais_agents_sdk_for_python_works_over_chat_completions() {
    let way = Way {
        sdk: Sdk::OpenAiAgentsPython,
        wire: "chat",
        name: "OpenAI Agents SDK (Python) 0.24.0, chat completions",
        set_up: "`OpenAIChatCompletionsModel` with a client of openai-python: `base_url`, `api_key`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn langchain_works_over_chat_completions() {
    let way = Way {
        sdk: Sdk::LangChain,
        wire: "chat",
        name: "LangChain (langchain-openai 1.7.4), chat completions",
        set_up: "`ChatOpenAI`: `base_url`, `api_key`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn langchain_works_over_responses() {
    let way = Way {
        sdk: Sdk::LangChain,
        wire: "responses",
        name: "LangChain (langchain-openai 1.7.4), Responses",
        set_up: "`ChatOpenAI`: `base_url`, `api_key`, `use_responses_api=True`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn litellm_works_over_chat_completions() {
    let models = Tried::freely(Case::Models, "models", json!({"listed": true}));
    let way = Way {
        sdk: Sdk::Litellm,
        wire: "chat",
        name: "litellm 1.110.2, chat completions",
        set_up: "`completion` of `openai/MODEL`: `api_base`, `api_key`",
    };
    works(way, &[plain(), streamed(), tool(), schema(), image(), models]).await;
}

#[tokio::test]
async fn litellm_works_over_responses() {
    let way = Way {
        sdk: Sdk::Litellm,
        wire: "responses",
        name: "litellm 1.110.2, Responses",
        set_up: "`responses` of `openai/MODEL`: `api_base`, `api_key`",
    };
    works(way, &usual()).await;
}

#[tokio::test]
async fn litellm_works_with_its_chat_over_responses() {
    let way = Way {
        sdk: Sdk::Litellm,
        wire: "bridge",
        name: "litellm 1.110.2, its chat over Responses",
        set_up: "`completion` of `openai/responses/MODEL`: `api_base`, `api_key`",
    };
    works(way, &usual()).await;
}

fn with_a_schema_by_tool() -> [Tried; 6] {
    let by_tool = Tried { name: "schema_by_tool", ..schema() };
    [plain(), streamed(), tool(), schema(), by_tool.by_forcing(), image()]
}

#[tokio::test]
async fn pydantic_ai_works_over_chat_completions() {
    let way = Way {
        sdk: Sdk::PydanticAi,
        wire: "chat",
        name: "pydantic-ai 2.68.0, chat completions",
        set_up: "`OpenAIChatModel` with `OpenAIProvider`: `base_url`, `api_key`",
    };
    works(way, &with_a_schema_by_tool()).await;
}

#[tokio::test]
async fn pydantic_ai_works_over_responses() {
    let way = Way {
        sdk: Sdk::PydanticAi,
        wire: "responses",
        name: "pydantic-ai 2.68.0, Responses",
        set_up: "`OpenAIResponsesModel` with `OpenAIProvider`: `base_url`, `api_key`",
    };
    works(way, &with_a_schema_by_tool()).await;
}

/// Its every answer is an object, for which it forces a tool.
fn objects() -> [Tried; 3] {
    let object = json!({"parsed": true});
    let growing = json!({"parsed": true, "pieces": true});
    [
        Tried::freely(Case::Plain, "plain", object.clone()).by_forcing(),
        Tried::freely(Case::Streamed, "stream", growing).by_forcing(),
        Tried::freely(Case::Image, "image", object).by_forcing(),
    ]
}

#[tokio::test]
async fn instructor_works_over_chat_completions() {
    let [plain, streamed, image] = objects();
    let way = Way {
        sdk: Sdk::Instructor,
        wire: "chat",
        name: "instructor 1.17.0, chat completions",
        set_up: "`from_openai` with a client of openai-python: `base_url`, `api_key`",
    };
    works(way, &[plain, streamed, image, schema()]).await;
}

#[tokio::test]
async fn instructor_works_over_responses() {
    let way = Way {
        sdk: Sdk::Instructor,
        wire: "responses",
        name: "instructor 1.17.0, Responses",
        set_up: "`from_openai` with a client of openai-python: `base_url`, `api_key`; `Mode.RESPONSES_TOOLS`",
    };
    works(way, &objects()).await;
}

/// It repeats a 429 twice by itself, whatever the provider's own library makes of it.
async fn llamaindex_works(way: Way) {
    let mut library = Library::of(way, &usual()).await.with_lite_model(OLDER_LITE_MODEL);
    library.answers(&usual()).await;
    library.does_not_notice_a_failing_account(&streamed()).await;
    library.lets_go_of_an_answer(FIRST_WORDS, &plain(), &LEFT_THEN_SERVED).await;
    let (asked, _) = library.says_that_the_pool_is_dry(&plain(), SENTENCE).await;
    assert_eq!(asked, 3);
    library.also("dry pool: shows the sentence after it has asked three times, in 3 to 6 s");
    library.also("knows only the models of its own list");
}

#[tokio::test]
async fn llamaindex_works_over_chat_completions() {
    let name = "LlamaIndex (llama-index-llms-openai 0.8.3), chat completions";
    llamaindex_works(Way {
        sdk: Sdk::LlamaIndex,
        wire: "chat",
        name,
        set_up: "`OpenAI`: `api_base`, `api_key`",
    })
    .await;
}

#[tokio::test]
async fn llamaindex_works_over_responses() {
    let name = "LlamaIndex (llama-index-llms-openai 0.8.3), Responses";
    let set_up = "`OpenAIResponses`: `api_base`, `api_key`";
    llamaindex_works(Way { sdk: Sdk::LlamaIndex, wire: "responses", name, set_up }).await;
}

/// Its events are whole items, so a thought tells that an answer has begun.
const FIRST_ITEM: usize = 12;

#[tokio::test]
async fn openais_sdk_of_the_codex_cli_works() {
    let way = Way {
        sdk: Sdk::CodexSdk,
        wire: "websocket",
        name: "Codex SDK (@openai/codex-sdk 0.163.0), Responses over WebSocket",
        set_up: "`new Codex`: `baseUrl`, `apiKey`",
    };
    let note = json!({"commands": [0], "note": "Huế\n", "text": "noted", "again": "and on"});
    let tried = [plain(), streamed(), Tried::freely(Case::Tool, "tool", note), schema(), image()];
    let mut library = Library::of(way, &tried).await.with_lite_model(OLDER_LITE_MODEL);
    library.answers(&tried).await;
    library.does_not_notice_a_failing_account(&plain()).await;
    // It warms each connection up.
    let ended =
        [OutcomeClass::Success, OutcomeClass::Abandoned, OutcomeClass::Success, OutcomeClass::Success];
    library.lets_go_of_an_answer(FIRST_ITEM, &plain(), &ended).await;
    // The sentence of the CLI that it brings, which shakes hands once more before it gives up.
    let (asked, seconds) = library.says_that_the_pool_is_dry(&plain(), "hit your usage limit").await;
    assert!(asked <= 2 && seconds < 5.0, "{asked} times in {seconds} s");
    library.works(Case::Dry);
    library.also("dry pool: in the Codex CLI's own words");
}
