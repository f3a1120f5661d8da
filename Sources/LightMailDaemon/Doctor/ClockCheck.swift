import CSystemd

/// Whether something keeps this host's clock right: requests to S3 are refused when it is off by a quarter of an hour.
struct ClockCheck {
    func run() -> [Finding] {
        var findings = Findings("clock")
        if lightmail_clock_is_kept() != 0 {
            findings.ok("synchronization", "the kernel's clock follows a time server")
        } else {
            findings.warning(
                "synchronization", "the kernel knows of no time server that its clock follows",
                advice: "Install chrony or systemd-timesyncd, unless the machine below this one keeps the clock.")
        }
        return findings.list
    }
}
