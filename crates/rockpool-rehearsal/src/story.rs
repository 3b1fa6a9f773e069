//! Which scene comes next, decided from what the accounts look like: without waiting and without a clock.

use std::collections::VecDeque;
use std::time::Duration;

use rockpool_engine::snapshot::RehearsalScene;
use rockpool_routing::AccountState;

use super::timing::RehearsalTiming;

/// What the accounts that the story is about look like; `None` for one that was removed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// The account whose quota ends.
    pub(crate) spender: Option<AccountState>,
    /// Whether a conversation has left that account.
    pub(crate) moved: bool,
    /// The account whose login ends.
    pub(crate) loser: Option<AccountState>,
}

/// What the story asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Take what is left of the spender's quota.
    TakeQuota,
    EndLogin,
    /// Begin new conversations, so that an account that is back gets some.
    NewConversations,
    /// Make requests so cheap that they can go on for days.
    MakeCheap,
    Show(RehearsalScene),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Quota {
    Left,
    Taken,
    Exhausted,
    Moved,
    Back,
}

/// A login that ended is repaired by a person's sign-in and by nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Login {
    Good,
    Ended,
    Refused,
    Repaired,
}

pub(crate) struct Story {
    timing: RehearsalTiming,
    quota: Quota,
    login: Login,
    shown: RehearsalScene,
    /// When that was.
    since: Duration,
    /// Scenes that happened and have not been shown yet.
    waiting: VecDeque<RehearsalScene>,
}

impl Story {
    /// At the tool's first request.
    pub(crate) fn new(timing: RehearsalTiming) -> Self {
        Self {
            timing,
            quota: Quota::Left,
            login: Login::Good,
            shown: RehearsalScene::Working,
            since: Duration::ZERO,
            waiting: VecDeque::new(),
        }
    }

    /// What to do `at` this moment. An account that the person removed or paused holds up only what is told of it.
    pub(crate) fn acts(&mut self, seen: Seen, at: Duration) -> Vec<Act> {
        let mut acts = Vec::new();
        self.follow_quota(seen, at, &mut acts);
        self.follow_login(seen, at, &mut acts);
        acts.extend(self.next_shown(at).map(Act::Show));
        acts
    }

    /// Time until the tool's next request.
    pub(crate) fn pace(&self, at: Duration) -> Duration {
        let told = self.quota == Quota::Back && self.waiting.is_empty();
        if told || at >= 2 * self.timing.reset { self.timing.calm } else { self.timing.brisk }
    }

    /// Whether everything has been told, but for what waits for a person.
    pub(crate) fn is_told(&self) -> bool {
        self.quota == Quota::Back
    }

    fn follow_quota(&mut self, seen: Seen, at: Duration, acts: &mut Vec<Act>) {
        let is_exhausted = seen.spender == Some(AccountState::Exhausted);
        match self.quota {
            Quota::Left if at >= self.timing.exhausted => {
                self.quota = Quota::Taken;
                acts.push(Act::TakeQuota);
            }
            Quota::Taken if is_exhausted => {
                self.quota = Quota::Exhausted;
                self.waiting.push_back(RehearsalScene::Exhausted);
            }
            Quota::Exhausted if seen.moved => {
                self.quota = Quota::Moved;
                self.waiting.push_back(RehearsalScene::Moved);
            }
            Quota::Exhausted | Quota::Moved if seen.spender == Some(AccountState::Ready) => {
                self.quota = Quota::Back;
                self.waiting.push_back(RehearsalScene::QuotaReset);
                acts.extend([Act::NewConversations, Act::MakeCheap]);
            }
            Quota::Left | Quota::Taken | Quota::Exhausted | Quota::Moved | Quota::Back => {}
        }
    }

    fn follow_login(&mut self, seen: Seen, at: Duration, acts: &mut Vec<Act>) {
        let first_part_is_told = self.quota >= Quota::Moved || at >= 2 * self.timing.loss;
        let is_refused = seen.loser == Some(AccountState::NeedsReauth);
        match self.login {
            Login::Good if at >= self.timing.loss && first_part_is_told => {
                self.login = Login::Ended;
                acts.push(Act::EndLogin);
            }
            Login::Ended if is_refused => {
                self.login = Login::Refused;
                self.waiting.push_back(RehearsalScene::LoginEnded);
            }
            Login::Refused if seen.loser == Some(AccountState::Ready) => {
                self.login = Login::Repaired;
                self.waiting.retain(|scene| *scene != RehearsalScene::LoginEnded);
                self.waiting.push_front(RehearsalScene::LoginRepaired);
                acts.push(Act::NewConversations);
            }
            Login::Good | Login::Ended | Login::Refused | Login::Repaired => {}
        }
    }

    /// Each scene is held long enough to be read, but for what a person just did: that is answered at once.
    fn next_shown(&mut self, at: Duration) -> Option<RehearsalScene> {
        let answers_a_click = self.waiting.front() == Some(&RehearsalScene::LoginRepaired);
        if at < self.since + self.timing.hold && !answers_a_click {
            return None;
        }
        let next = self.waiting.pop_front().or(self.resting()).filter(|next| *next != self.shown)?;
        (self.shown, self.since) = (next, at);
        Some(next)
    }

    /// What stays when everything else has been shown.
    fn resting(&self) -> Option<RehearsalScene> {
        match (self.login, self.quota) {
            (Login::Refused, _) => Some(RehearsalScene::LoginEnded),
            (Login::Repaired, Quota::Back) => Some(RehearsalScene::Quiet),
            (Login::Good | Login::Ended | Login::Repaired, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RehearsalScene as Scene;

    const TIMING: RehearsalTiming = RehearsalTiming {
        reading: Duration::ZERO,
        brisk: Duration::from_secs(1),
        calm: Duration::from_secs(10),
        hold: Duration::from_secs(5),
        exhausted: Duration::from_secs(10),
        loss: Duration::from_secs(20),
        reset: Duration::from_secs(40),
    };

    /// The accounts as they would be, moved on by what the story asks for.
    struct World {
        story: Story,
        seen: Seen,
        shown: Vec<(u64, Scene)>,
    }

    impl World {
        fn new() -> Self {
            let ready = Some(AccountState::Ready);
            let seen = Seen { spender: ready, moved: false, loser: ready };
            Self { story: Story::new(TIMING), seen, shown: Vec::new() }
        }

        fn until(mut self, from: u64, to: u64) -> Self {
            for second in from..to {
                if second == 40 {
                    self.seen.spender = Some(AccountState::Ready);
                }
                for act in self.story.acts(self.seen, Duration::from_secs(second)) {
                    match act {
                        Act::TakeQuota => {
                            self.seen.spender = Some(AccountState::Exhausted);
                            self.seen.moved = true;
                        }
                        Act::EndLogin => self.seen.loser = Some(AccountState::NeedsReauth),
                        Act::Show(scene) => self.shown.push((second, scene)),
                        Act::NewConversations | Act::MakeCheap => {}
                    }
                }
            }
            self
        }

        fn click(mut self) -> Self {
            self.seen.loser = Some(AccountState::Ready);
            self
        }
    }

    #[test]
    fn the_scenes_come_in_order_and_each_can_be_read() {
        let world = World::new().until(0, 30).click().until(30, 60);
        let expected = [
            (11, Scene::Exhausted),
            (16, Scene::Moved),
            (21, Scene::LoginEnded),
            (30, Scene::LoginRepaired),
            (40, Scene::QuotaReset),
            (45, Scene::Quiet),
        ];
        assert_eq!(world.shown, expected);
        assert_eq!(world.story.pace(Duration::from_secs(60)), TIMING.calm);
    }

    #[test]
    fn a_login_that_nobody_repairs_is_what_stays_on_the_page() {
        let world = World::new().until(0, 3600);
        assert_eq!(world.shown.last(), Some(&(45, Scene::LoginEnded)));
        let world = world.click().until(3600, 3700);
        assert_eq!(
            world.shown[world.shown.len() - 2..],
            [(3600, Scene::LoginRepaired), (3605, Scene::Quiet)]
        );
    }

    #[test]
    fn an_account_that_the_person_removed_does_not_keep_the_tool_busy() {
        let mut world = World::new();
        world.seen.spender = None;
        let world = world.until(0, 100);
        assert!(world.shown.iter().any(|(_, scene)| *scene == Scene::LoginEnded), "{:?}", world.shown);
        assert_eq!(world.story.pace(Duration::from_secs(100)), TIMING.calm);
    }
}
