//! What has no instances is looked at too, with everything unknown that Terraform does not know before it plans: the
//! variables of every module, all resources, the outputs of module calls. `terraform validate` looks at all parts so; those
//! that have instances were looked at with more known. Provisioners have no other evaluation before they run.
//!
//! Seen with the real program: conditions of resources are evaluated and not judged, those of outputs and variables are
//! judged, of `check` blocks only the messages are evaluated.

use crate::address::{InstanceKey, Mode, ModulePath};
use crate::lang::{Type, Value};
use crate::source::Problem;

use super::super::declared::{Provisioned, Provisioner};
use super::super::decode::Decoder;
use super::super::graph::{Item, Step};
use super::super::module::Meta;
use super::super::outline::{BodySchema, Outline};
use super::super::references::Target;
use super::super::state::{CallInstances, Repetition, State};
use super::super::tree::ModuleTree;
use super::Evaluator;

/// What no instance has shown.
struct Unseen<'t> {
    /// By place: its module has no instance.
    bare: Vec<bool>,
    /// Resources without instances, by place and index.
    resources: Vec<(usize, usize)>,
    /// Provisioners, with their place.
    provisioned: Vec<(usize, &'t Provisioned)>,
}

impl<'t> Unseen<'t> {
    fn of(evaluator: &Evaluator<'t>) -> Self {
        let tree = evaluator.tree;
        let bare: Vec<bool> = evaluator.state.by_place.iter().map(Vec::is_empty).collect();
        let mut resources = Vec::new();
        let mut provisioned = Vec::new();
        for place in 0..tree.places.len() {
            let made = &evaluator.made[place];
            resources.extend((0..made.len()).filter(|&index| !made[index]).map(|index| (place, index)));
            provisioned.extend(tree.uses(place).provisioned.iter().map(|found| (place, found)));
        }
        Self { bare, resources, provisioned }
    }

    fn is_empty(&self) -> bool {
        !self.bare.contains(&true) && self.resources.is_empty() && self.provisioned.is_empty()
    }

    /// The local values that it hangs on, by place.
    fn locals(&self, tree: &ModuleTree) -> Vec<Vec<bool>> {
        let mut needed: Vec<Vec<bool>> =
            (0..tree.places.len()).map(|place| vec![self.bare[place]; tree.module(place).locals.len()]).collect();
        let mut open = Vec::new();
        let mut need = |place: usize, targets: &[Target], open: &mut Vec<(usize, usize)>| {
            for target in targets {
                if let Target::Local(index) = target
                    && !std::mem::replace(&mut needed[place][*index], true)
                {
                    open.push((place, *index));
                }
            }
        };
        for &(place, index) in &self.resources {
            need(place, &tree.uses(place).resources[index], &mut open);
        }
        for (place, found) in &self.provisioned {
            need(*place, &found.targets, &mut open);
        }
        for place in (0..tree.places.len()).filter(|&place| self.bare[place]) {
            if let Some((parent, call)) = tree.places[place].parent {
                let arguments = &tree.uses(parent).calls[call].arguments;
                arguments.iter().for_each(|targets| need(parent, targets, &mut open));
            }
        }
        while let Some((place, index)) = open.pop() {
            need(place, &tree.uses(place).locals[index], &mut open);
        }
        needed
    }

    /// By place: something is evaluated there.
    fn places(&self, tree: &ModuleTree) -> Vec<bool> {
        let mut used = self.bare.clone();
        let of_parts = self.resources.iter().map(|(place, _)| *place);
        of_parts.chain(self.provisioned.iter().map(|(place, _)| *place)).for_each(|place| used[place] = true);
        for (place, node) in tree.places.iter().enumerate() {
            if let (true, Some((parent, _))) = (self.bare[place], node.parent) {
                used[parent] = true;
            }
        }
        used
    }
}

impl<'e> Evaluator<'e> {
    /// Looks at all that has no instances; what is wrong there is a problem, and nothing else comes of it.
    pub(super) fn rehearse(&mut self, order: &[Step]) {
        // A plan was made: Terraform has taken the configuration.
        if self.setting.planned.is_some() || order.iter().any(|step| step.in_cycle) {
            return;
        }
        let unseen = Unseen::of(self);
        if unseen.is_empty() {
            return;
        }
        let tree = self.tree;
        let seen = std::mem::replace(&mut self.state, State { is_rehearsal: true, ..State::new(tree) });
        self.set_stage(&unseen.places(tree));
        let locals = unseen.locals(tree);
        for step in order {
            if let Item::Local(index) = step.item
                && locals[step.place][index]
            {
                self.step(step);
            }
        }
        for place in (0..tree.places.len()).filter(|&place| unseen.bare[place]) {
            self.rehearse_module(place);
        }
        for &(place, index) in &unseen.resources {
            self.rehearse_resource(place, index, unseen.bare[place]);
        }
        for (place, found) in &unseen.provisioned {
            self.rehearse_provisioners(*place, found);
        }
        self.state = seen;
    }

    /// One instance of every place, with the place's own number.
    fn set_stage(&mut self, used: &[bool]) {
        let tree = self.tree;
        for (place, node) in tree.places.iter().enumerate() {
            let parent = node.parent.map(|(parent, _)| parent);
            let path = match (parent, node.path.last()) {
                (Some(parent), Some(name)) => self.state.modules[parent].path.child(name.clone(), InstanceKey::None),
                (_, _) => ModulePath::default(),
            };
            self.state.add(place, parent, path, Repetition::Unknown);
            if !used[place] {
                continue;
            }
            let module = tree.module(place);
            for index in 0..module.variables.len() {
                self.state.modules[place].variables[index] = self.specification(place, index).unknown_yet();
            }
            for call in 0..module.calls.len() {
                let value = Value::unknown(call_type(tree, place, call));
                self.state.modules[place].calls[call] = CallInstances::fixed(value);
            }
        }
    }

    fn rehearse_module(&mut self, place: usize) {
        let module = self.tree.module(place);
        for index in 0..module.variables.len() {
            let unknown = self.state.modules[place].variables[index].clone();
            self.variable(place, index);
            self.validation(place, index);
            self.state.modules[place].variables[index] = unknown;
        }
        for (_, call) in module.calls.iter() {
            self.rehearse_repetition(place, &call.meta);
        }
        for index in 0..module.outputs.len() {
            self.output(place, index);
        }
        for (_, check) in module.checks.iter() {
            self.messages(place, check);
        }
    }

    fn rehearse_repetition(&mut self, place: usize, meta: &Meta) {
        self.instances(place, meta, |_| Vec::new());
    }

    fn rehearse_resource(&mut self, place: usize, index: usize, is_bare: bool) {
        let resource = &self.tree.module(place).resources[index];
        let outline = &self.tree.uses(place).outlines[index];
        if is_bare {
            self.rehearse_repetition(place, &resource.meta);
        }
        let is_kept = resource.mode != Mode::Ephemeral && !matches!(outline.schema, BodySchema::AsWritten);
        Decoder { is_kept, ..self.decoder(place, &Repetition::Unknown) }.resource(outline);
        let trees = self.setting.trees;
        let Some(lifecycle) = resource.layers.merged_block(trees, "lifecycle") else { return };
        let itself = Value::unknown(Type::Dynamic);
        let mut decoder = self.decoder(place, &Repetition::Unknown);
        for (kind, itself) in [("precondition", None), ("postcondition", Some(&itself))] {
            decoder.scope.itself = itself;
            for attribute in lifecycle.blocks(trees, kind, 0).iter().flat_map(|block| block.body.attributes()) {
                decoder.expression(attribute.expression, None);
            }
        }
    }

    fn rehearse_provisioners(&self, place: usize, found: &Provisioned) {
        let itself = Value::unknown(Type::Dynamic);
        let mut decoder = self.decoder(place, &Repetition::Unknown);
        decoder.scope.itself = Some(&itself);
        for provisioner in &found.provisioners {
            let evaluated = |outline: &Outline| {
                let attributes = outline.attributes.iter();
                attributes.map(|set| (set.name.clone(), decoder.named(outline, &set.name))).collect::<Vec<_>>()
            };
            let body = evaluated(&provisioner.body);
            provisioner.connection.as_ref().map(evaluated);
            let is_set = |name: &str| body.iter().any(|(set, value)| **set == *name && !is_null(value));
            self.exactly_one_way(provisioner, is_set);
        }
    }

    /// Arguments of which exactly one must be set; one that is not known yet counts as set.
    fn exactly_one_way(&self, provisioner: &Provisioner, is_set: impl Fn(&str) -> bool) {
        let ways: &[&str] = match &*provisioner.name {
            "remote-exec" => &["inline", "script", "scripts"],
            "file" => &["content", "source"],
            _ => return,
        };
        if ways.iter().filter(|name| is_set(name)).count() != 1 {
            let message = format!("Exactly one of {} must be set in this provisioner", ways.join(", "));
            self.problem(Problem::at(provisioner.body.header, message));
        }
    }
}

fn is_null(value: &Option<Value>) -> bool {
    value.as_ref().is_none_or(Value::is_null)
}

/// What `module.name` is before its instances are known. Terraform takes the call for a list or a map where it will be
/// a tuple or an object.
fn call_type(tree: &ModuleTree, place: usize, call: usize) -> Type {
    let Some(child) = tree.places[place].children[call] else { return Type::Dynamic };
    let outputs = tree.module(child).outputs.iter();
    let one = Type::object(outputs.map(|(name, _)| (name.clone(), Type::Dynamic)));
    let meta = &tree.module(place).calls.at(call).meta;
    match (meta.count, meta.for_each) {
        (Some(_), _) => Type::list(one),
        (None, Some(_)) => Type::map(one),
        (None, None) => one,
    }
}
