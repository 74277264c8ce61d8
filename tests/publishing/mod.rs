//! From what somebody writes to the answer that customers get.

mod drafts;
mod folder;
mod gate;
mod office;
mod proposals;
mod second_person;
