//! Files to syntax, on all cores: parsing is what the tests of the house rules spend their time on.

use std::thread;

use syn::spanned::Spanned;
use syn::{Attribute, Item, Meta};

/// Parses each of `files` (path and text) and keeps what `read` makes of it, in their order: syntax cannot leave its thread.
/// A file that is no Rust stands as the sentence that says so.
pub(crate) fn parse_each<T: Send>(
    files: &[(&str, &str)],
    read: impl Fn(&syn::File) -> T + Sync,
) -> Vec<Result<T, String>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(threads).max(1);
    let parse = |&(path, text): &(&str, &str)| match syn::parse_file(text) {
        Ok(file) => Ok(read(&file)),
        Err(error) => Err(format!("{path}:{}: {error}", error.span().start().line)),
    };
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(parse).collect::<Vec<_>>()))
            .collect();
        let results = workers.into_iter().map(|worker| worker.join());
        results.flat_map(|result| result.expect("syn reports errors as values")).collect()
    })
}

/// Whether what carries `attributes` is compiled for tests only.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && requires_test(&list.tokens.to_string()),
        Meta::NameValue(_) => false,
    })
}

/// `test` by itself or as one of several conditions that must all hold.
fn requires_test(condition: &str) -> bool {
    let all = condition.strip_prefix("all").map(|rest| rest.trim().trim_matches(['(', ')']));
    condition == "test" || all.is_some_and(|all| all.split(',').any(|part| part.trim() == "test"))
}

/// The attributes of an item, whatever its kind.
pub(crate) fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        // syn may learn more kinds; tokens that it does not know carry no attributes.
        Item::Verbatim(_) | _ => &[],
    }
}

/// First and last line, from 1.
pub(crate) fn lines_of(node: &impl Spanned) -> (usize, usize) {
    let span = node.span();
    (span.start().line, span.end().line)
}
