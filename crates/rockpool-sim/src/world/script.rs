//! The queue of orders.

use std::collections::VecDeque;

use crate::world::faults::{Action, Fault, On};
use crate::world::people::SeatId;

#[derive(Debug, Default)]
pub(crate) struct Script {
    queue: VecDeque<Fault>,
}

impl Script {
    pub(crate) fn add(&mut self, fault: Fault) {
        if fault.times > 0 {
            self.queue.push_back(fault);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(crate) fn pending(&self) -> Vec<Fault> {
        self.queue.iter().cloned().collect()
    }

    /// What happens to this request: by the first order that fits, which has one less to do afterwards. First come,
    /// first served keeps a series of orders for one kind in the order in which a test gave them; an order for another
    /// kind or seat that stands before them is passed over and not used up.
    pub(crate) fn take(&mut self, on: On, seat: Option<&SeatId>) -> Option<Action> {
        let index = self
            .queue
            .iter()
            .position(|fault| fault.on.covers(on) && (fault.seat.is_none() || fault.seat.as_ref() == seat))?;
        let fault = &mut self.queue[index];
        fault.times -= 1;
        if fault.times == 0 {
            return self.queue.remove(index).map(|fault| fault.action);
        }
        Some(fault.action.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_serves_its_count_and_its_seat_only() {
        let ada = SeatId::new("user-ada", "acct-ada");
        let ben = SeatId::new("user-ben", "acct-ben");
        let mut script = Script::default();
        script.add(Fault::next(On::Turn, Action::UsageLimitReached).of(&ada).times(2));
        script.add(Fault::next(On::Http, Action::NeverAnswer));
        assert_eq!(script.take(On::Http, Some(&ben)), Some(Action::NeverAnswer));
        assert_eq!(script.take(On::Http, Some(&ben)), None);
        assert_eq!(script.take(On::Frame, Some(&ada)), Some(Action::UsageLimitReached));
        assert_eq!(script.take(On::Usage, Some(&ada)), None);
        assert_eq!(script.take(On::Http, Some(&ada)), Some(Action::UsageLimitReached));
        assert_eq!(script.take(On::Http, Some(&ada)), None);
    }
}
