//! What is counted in one file of a program; code for tests is counted as lines only.

use std::ops::AddAssign;

use syn::visit::{self, Visit};
use syn::{FnArg, ImplItemFn, Item, ItemFn, Signature, TraitItemFn, Type};

use crate::parse::{attributes_of, is_for_tests, lines_of};

const LONG_FUNCTION_LINES: usize = 60;
const MANY_ARGUMENTS: usize = 5;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Blank lines and comments too.
    pub(crate) lines: usize,
    pub(crate) test_lines: usize,
    pub(crate) doc_lines: usize,
    pub(crate) comment_lines: usize,
    /// Items that are `pub`, for everybody or for a part; no fields.
    pub(crate) published: usize,
    pub(crate) unwraps: usize,
    pub(crate) allows: usize,
    pub(crate) long_functions: usize,
    pub(crate) functions_of_many_arguments: usize,
    pub(crate) bool_parameters: usize,
    pub(crate) docs: usize,
    pub(crate) docs_of_four_words: usize,
    pub(crate) docs_of_two_words: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.lines += more.lines;
        self.test_lines += more.test_lines;
        self.doc_lines += more.doc_lines;
        self.comment_lines += more.comment_lines;
        self.published += more.published;
        self.unwraps += more.unwraps;
        self.allows += more.allows;
        self.long_functions += more.long_functions;
        self.functions_of_many_arguments += more.functions_of_many_arguments;
        self.bool_parameters += more.bool_parameters;
        self.docs += more.docs;
        self.docs_of_four_words += more.docs_of_four_words;
        self.docs_of_two_words += more.docs_of_two_words;
    }
}

/// In two parts: this file unwraps nothing.
const UNWRAPS: [&str; 2] = [concat!(".unwrap", "()"), concat!(".expect", "(")];

const ITEMS: [&str; 11] =
    ["async", "const", "enum", "fn", "mod", "static", "struct", "trait", "type", "unsafe", "use"];

fn is_published_item(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("pub") else { return false };
    let after =
        if rest.starts_with('(') { rest.split_once(')').map_or(rest, |(_, after)| after) } else { rest };
    let word = after.strip_prefix(' ').and_then(|after| after.split_whitespace().next());
    word.is_some_and(|word| ITEMS.contains(&word))
}

/// What the syntax tells.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// First and last lines, from 1, of what is compiled for tests only.
    for_tests: Vec<(usize, usize)>,
    long_functions: usize,
    functions_of_many_arguments: usize,
    bool_parameters: usize,
}

impl Shape {
    pub(crate) fn of_file(file: &syn::File) -> Self {
        let mut shape = Self::default();
        shape.visit_file(file);
        shape
    }

    fn is_for_tests(&self, line: usize) -> bool {
        self.for_tests.iter().any(|&(first, last)| (first..=last).contains(&line))
    }

    fn function(&mut self, signature: &Signature, (_, last): (usize, usize)) {
        let (first, _) = lines_of(signature);
        self.long_functions += usize::from(last + 1 - first > LONG_FUNCTION_LINES);
        let arguments = signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_))).count();
        self.functions_of_many_arguments += usize::from(arguments >= MANY_ARGUMENTS);
        self.bool_parameters += signature.inputs.iter().filter(|input| is_bool(input)).count();
    }
}

fn is_bool(argument: &FnArg) -> bool {
    match argument {
        FnArg::Typed(typed) => matches!(&*typed.ty, Type::Path(path) if path.path.is_ident("bool")),
        FnArg::Receiver(_) => false,
    }
}

impl<'ast> Visit<'ast> for Shape {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes_of(item)) {
            self.for_tests.push(lines_of(item));
        } else {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function(&function.sig, lines_of(function));
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if is_for_tests(&function.attrs) {
            self.for_tests.push(lines_of(function));
        } else {
            self.function(&function.sig, lines_of(function));
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.function(&function.sig, lines_of(function));
        visit::visit_trait_item_fn(self, function);
    }
}

impl Counts {
    pub(crate) fn of(text: &str, shape: &Shape) -> Self {
        let mut counts = Self {
            long_functions: shape.long_functions,
            functions_of_many_arguments: shape.functions_of_many_arguments,
            bool_parameters: shape.bool_parameters,
            ..Self::default()
        };
        let mut doc_words = None;
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if shape.is_for_tests(number) {
                counts.test_lines += 1;
                continue;
            }
            counts.line(line);
            match line.strip_prefix("///") {
                Some(doc) => *doc_words.get_or_insert(0) += doc.split_whitespace().count(),
                None => counts.doc(doc_words.take()),
            }
        }
        counts
    }

    fn line(&mut self, line: &str) {
        self.lines += 1;
        if line.starts_with("///") || line.starts_with("//!") {
            self.doc_lines += 1;
        } else if line.starts_with("//") {
            self.comment_lines += 1;
        } else {
            self.published += usize::from(is_published_item(line));
            self.unwraps += UNWRAPS.iter().map(|call| line.matches(call).count()).sum::<usize>();
            self.allows += usize::from(line.starts_with("#[allow(") || line.starts_with("#![allow("));
        }
    }

    fn doc(&mut self, words: Option<usize>) {
        let Some(words) = words else { return };
        self.docs += 1;
        self.docs_of_four_words += usize::from(words <= 4);
        self.docs_of_two_words += usize::from(words <= 2);
    }
}
