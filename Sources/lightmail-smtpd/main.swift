import LightMailDaemon

Daemon.exitAsUnreleased(.smtpd)
