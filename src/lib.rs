//! terravet reads Terraform the way Terraform does and stops tagging, CIDR and network mistakes before
//! `terraform apply`.
//!
//! The parts, from the bottom up (each may import those above it in this list, and none below):
//!
//! | part | knows |
//! | --- | --- |
//! | [`source`] | files, discovery, byte spans, line and column, [`source::Problem`] |
//! | [`address`] | module, resource and resource-instance addresses |
//! | [`finding`] | [`finding::Finding`] and what a report may see of policy |
//! | [`syntax`] | native HCL and HCL-JSON in one flat tree |
//! | [`lang`] | values, types, exact numbers, evaluation, functions |
//! | [`schema`] | the AWS provider's schema, embedded |
//! | [`inventory`] | resource instances, whatever they were read from |
//! | [`terraform`] | configuration into inventory |
//! | [`plan`] | plan JSON, saved plan files and state into inventory |
//! | [`picture`] | a picture of a network, one file per format |
//! | [`network`] | address, port and packet sets; AWS network facts |
//! | [`jenkinsfile`] | Jenkinsfiles, and the facts that their rules need |
//! | [`policy`] | rule files, the user's configuration, suppressions |
//! | [`gate`] | the record of a plan file that was checked, and when it holds |
//! | [`report`] | one file per output format |
//! | [`cli`] | the command line; the only part that prints |

pub mod address;
pub mod cli;
pub mod finding;
pub mod gate;
pub mod inventory;
pub mod jenkinsfile;
pub mod lang;
pub mod network;
pub mod picture;
pub mod plan;
pub mod policy;
pub mod report;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod terraform;
