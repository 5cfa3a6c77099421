package import Model
import Portico

/// The unit by which systemd runs the agent.
package struct ServiceUnit: Sendable {
    package static let name = "portico.service"
    package static let path = "/etc/systemd/system/\(Self.name)"

    /// Absolute paths.
    package let program: String
    package let configuration: String
    /// Whom the configuration belongs to: nobody else could read the authtoken in it.
    package let user: String

    package init(program: String, configuration: String, user: String) {
        self.program = program
        self.configuration = configuration
        self.user = user
    }

    /// The words of the command, as they are run.
    package var command: [String] { [self.program, "service", "run", "--config", self.configuration] }

    /// - Throws: `.serviceFailed` where a path has characters that a unit cannot hold.
    package func text() throws(Failure) -> String {
        for word in self.command + [self.user] where word.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            throw Failure(.serviceFailed, "\(word.quotedForDisplay) cannot stand in a unit")
        }
        return """
            # Written by `portico service install`.
            [Unit]
            Description=Portico agent
            Documentation=man:systemd.service(5)
            Wants=network-online.target
            After=network-online.target nss-lookup.target
            StartLimitIntervalSec=0

            [Service]
            Type=exec
            ExecStart=\(self.command.map(Self.quoted).joined(separator: " "))
            User=\(self.user)
            Restart=on-failure
            RestartSec=2
            # The configuration is missing: starting again does not mend that.
            RestartPreventExitStatus=5
            TimeoutStopSec=30
            LimitNOFILE=1048576
            UMask=0077

            # The agent opens connections, reads its configuration and what it serves, and needs nothing else.
            CapabilityBoundingSet=
            AmbientCapabilities=
            NoNewPrivileges=yes
            ProtectSystem=strict
            ProtectHome=read-only
            PrivateTmp=yes
            PrivateDevices=yes
            ProtectClock=yes
            ProtectControlGroups=yes
            ProtectHostname=yes
            ProtectKernelLogs=yes
            ProtectKernelModules=yes
            ProtectKernelTunables=yes
            ProtectProc=invisible
            LockPersonality=yes
            MemoryDenyWriteExecute=yes
            RemoveIPC=yes
            RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
            RestrictNamespaces=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            SystemCallArchitectures=native
            SystemCallFilter=@system-service
            SystemCallErrorNumber=EPERM

            [Install]
            WantedBy=multi-user.target

            """
    }

    /// A word as it stands in ExecStart: systemd splits at spaces, and replaces what follows a percent or dollar sign.
    static func quoted(_ word: String) -> String {
        var text = ""
        for character in word {
            switch character {
            case "%": text += "%%"
            case "$": text += "$$"
            case "\\", "\"": text += "\\\(character)"
            default: text.append(character)
            }
        }
        let isPlain = word.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789/._-+:@=,".unicodeScalars.contains(scalar))
        }
        return isPlain ? text : "\"\(text)\""
    }
}
