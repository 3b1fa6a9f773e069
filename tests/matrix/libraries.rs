//! Libraries that stand on the providers' own or on their APIs: each test is one, and what a person does with it.
