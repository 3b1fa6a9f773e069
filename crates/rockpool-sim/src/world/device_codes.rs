//! Device codes: pending until the person decides, collected once, fifteen minutes, and asked about no more often than
//! agreed.

use crate::random;
use crate::world::directory::Seat;

/// In milliseconds (15 minutes, client 0.169.0).
const LIFETIME_MS: i64 = 15 * 60 * 1000;
/// Seconds between two questions of a device, and by how much more it has to wait after each that came too soon
/// (RFC 8628, 3.5).
pub(crate) const INTERVAL_SECONDS: i64 = 5;
/// How much too soon a question may come, for what a network delays and a timer rounds.
const TOLERANCE_MS: i64 = 250;

#[derive(Clone, Debug)]
pub(crate) enum DeviceStage {
    Pending,
    /// Asked about too soon, whatever it was.
    TooSoon,
    Approved(Seat),
    Denied,
    /// The authorization code was handed out.
    Collected,
}

#[derive(Debug)]
struct Device {
    device_auth_id: String,
    user_code: String,
    started_at_ms: i64,
    interval_ms: i64,
    asked_at_ms: Option<i64>,
    stage: DeviceStage,
}

/// What a device is told when it starts.
pub(crate) struct Started {
    pub device_auth_id: String,
    pub user_code: String,
    pub expires_at_ms: i64,
}

#[derive(Debug, Default)]
pub(crate) struct DeviceCodes {
    devices: Vec<Device>,
}

impl DeviceCodes {
    pub(crate) fn start(&mut self, now_ms: i64) -> Started {
        let (device_auth_id, user_code) = (random::id("deviceauth_"), random::user_code());
        self.devices.push(Device {
            device_auth_id: device_auth_id.clone(),
            user_code: user_code.clone(),
            started_at_ms: now_ms,
            interval_ms: INTERVAL_SECONDS * 1000,
            asked_at_ms: None,
            stage: DeviceStage::Pending,
        });
        Started { device_auth_id, user_code, expires_at_ms: now_ms + LIFETIME_MS }
    }

    pub(crate) fn is_pending(&self, user_code: &str, now_ms: i64) -> bool {
        self.devices.iter().any(|device| device.is_pending(user_code, now_ms))
    }

    /// `None` where no sign-in waits for that code; without a seat the sign-in is denied.
    pub(crate) fn decide(&mut self, user_code: &str, seat: Option<Seat>, now_ms: i64) -> Option<()> {
        let device = self.devices.iter_mut().find(|device| device.is_pending(user_code, now_ms))?;
        device.stage = seat.map_or(DeviceStage::Denied, DeviceStage::Approved);
        Some(())
    }

    /// A device's question. `None` for codes that are unknown, do not belong together, or are too old.
    pub(crate) fn ask(&mut self, device_auth_id: &str, user_code: &str, now_ms: i64) -> Option<DeviceStage> {
        let device = self
            .devices
            .iter_mut()
            .find(|device| device.device_auth_id == device_auth_id && device.user_code == user_code)?;
        if !device.is_alive(now_ms) {
            return None;
        }
        let before = device.asked_at_ms.replace(now_ms);
        if before.is_some_and(|before| now_ms - before < device.interval_ms - TOLERANCE_MS) {
            device.interval_ms += INTERVAL_SECONDS * 1000;
            return Some(DeviceStage::TooSoon);
        }
        Some(device.stage.clone())
    }

    pub(crate) fn collected(&mut self, device_auth_id: &str) {
        for device in self.devices.iter_mut().filter(|device| device.device_auth_id == device_auth_id) {
            device.stage = DeviceStage::Collected;
        }
    }
}

impl Device {
    fn is_alive(&self, now_ms: i64) -> bool {
        now_ms - self.started_at_ms <= LIFETIME_MS
    }

    fn is_pending(&self, user_code: &str, now_ms: i64) -> bool {
        self.user_code.eq_ignore_ascii_case(user_code)
            && matches!(self.stage, DeviceStage::Pending)
            && self.is_alive(now_ms)
    }
}
