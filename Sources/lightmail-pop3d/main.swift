import LightMailDaemon

Daemon.exitAsUnreleased(.pop3d)
