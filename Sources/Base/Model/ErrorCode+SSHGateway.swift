extension ErrorCode {
    /// What those meet who use `ssh -R` in an agent's place (`spec/agent.md` 11).
    static let sshGateway: [ErrorCode] = [
        .sshKeyNotOffered, .sshKeysTooMany, .sshKeyUnknown, .sshMultiplexed, .sshForwardRepeated, .sshVersionUnknown,
        .sshCommandMissing, .sshCommandUnknown, .sshFlagUnsupported, .sshCommandUnreadable, .sshSessionMissing,
        .sshForwardMissing, .sshPortOfCommand, .sshAddressTwice, .sshPortWithAddressFlag, .sshPortCustom,
        .sshPortMissing, .sshHostTwice, .sshSubdomainTwice, .sshHostAndSubdomain, .sshUpdate, .sshRestart,
        .sshProxyVersion,
    ]

    package static let sshKeyNotOffered = ErrorCode(
        1100,
        status: 401,
        meaning: "The SSH client offered no public key.",
        remedy: "Offer a key that is registered with the account, or enter an authtoken where the client asks for one."
    )

    package static let sshKeysTooMany = ErrorCode(
        1101,
        status: 401,
        meaning: "The SSH client offered too many public keys.",
        remedy: "Name the one that is registered: ssh -o IdentitiesOnly=yes -i FILE."
    )

    package static let sshKeyUnknown = ErrorCode(
        1102,
        status: 401,
        meaning: "The public key is registered with no account of this edge.",
        remedy: "Register it as an SSH credential, or use another key."
    )

    package static let sshMultiplexed = ErrorCode(
        1104,
        status: 400,
        meaning: "A second session was opened over one SSH connection.",
        remedy: "Connect anew for each endpoint: ssh -o ControlMaster=no -o ControlPath=none."
    )

    package static let sshForwardRepeated = ErrorCode(
        1105,
        status: 400,
        meaning: "More than one forwarding was asked for over one SSH connection.",
        remedy: "Give one option -R, and connect anew for each further endpoint."
    )

    package static let sshVersionUnknown = ErrorCode(
        1106,
        status: 400,
        meaning: "The SSH user names a version of the command's syntax that does not exist.",
        remedy: "Connect as v2, or without a user."
    )

    package static let sshCommandMissing = ErrorCode(
        1107,
        status: 400,
        meaning: "The SSH command that says what the endpoint speaks is missing.",
        remedy: "Put http, tls or tcp behind the host."
    )

    package static let sshCommandUnknown = ErrorCode(
        1108,
        status: 400,
        meaning: "The SSH command is none of those that say what an endpoint speaks.",
        remedy: "Use http, tls or tcp."
    )

    package static let sshFlagUnsupported = ErrorCode(
        1109,
        status: 400,
        meaning: "The flag is one of agents that is not available over SSH.",
        remedy: "Leave it out, say the same in a traffic policy, or use an agent."
    )

    package static let sshCommandUnreadable = ErrorCode(
        1110,
        status: 400,
        meaning: "The SSH command cannot be read.",
        remedy: "Correct what the message names; --help behind the command lists its flags."
    )

    package static let sshSessionMissing = ErrorCode(
        1111,
        status: 408,
        meaning: "The SSH client opened no session in time.",
        remedy: "Leave out the option -N, and give a command."
    )

    package static let sshForwardMissing = ErrorCode(
        1112,
        status: 408,
        meaning: "The SSH client asked for no forwarding in time.",
        remedy: "Say with -R where the endpoint's traffic goes: ssh -R 0:localhost:8080."
    )

    package static let sshPortOfCommand = ErrorCode(
        1113,
        status: 400,
        meaning: "The remote port is none of endpoints that the command makes.",
        remedy: "Use the remote port 0, which leaves it to the edge."
    )

    package static let sshAddressTwice = ErrorCode(
        1114,
        status: 400,
        meaning: "The TCP address is given both by -R and by --remote-addr.",
        remedy: "Give it once."
    )

    package static let sshPortWithAddressFlag = ErrorCode(
        1115,
        status: 400,
        meaning: "The remote port is given by -R, and an address by --remote-addr.",
        remedy: "Use the remote port 0, or leave out --remote-addr and give the address to -R: ADDRESS:PORT:HOST:PORT."
    )

    package static let sshPortCustom = ErrorCode(
        1116,
        status: 400,
        meaning: "A remote port of one's own choice needs the address that it belongs to.",
        remedy: "Give a reserved address to -R, as ADDRESS:PORT:HOST:PORT, or use the remote port 0 for a random one."
    )

    package static let sshPortMissing = ErrorCode(
        1117,
        status: 400,
        meaning: "An address was given to -R without its port.",
        remedy: "Give a reserved address with its port, or neither, for a random one."
    )

    package static let sshHostTwice = ErrorCode(
        1118,
        status: 400,
        meaning: "The host name is given both by -R and by a flag.",
        remedy: "Give it once."
    )

    package static let sshSubdomainTwice = ErrorCode(
        1119,
        status: 400,
        meaning: "A name is given by -R, and a subdomain by a flag.",
        remedy: "Give one of them."
    )

    package static let sshHostAndSubdomain = ErrorCode(
        1120,
        status: 400,
        meaning: "Both a host name and a subdomain are given by flags.",
        remedy: "Give one of them."
    )

    package static let sshUpdate = ErrorCode(
        1121,
        status: 400,
        meaning: "A session over SSH cannot be updated.",
        remedy: "Update the SSH client on its own machine."
    )

    package static let sshRestart = ErrorCode(
        1122,
        status: 400,
        meaning: "A session over SSH cannot be restarted.",
        remedy: "Stop it, and connect anew where it ran."
    )

    package static let sshProxyVersion = ErrorCode(
        1123,
        status: 400,
        meaning: "The PROXY protocol has no such version.",
        remedy: "Use 1 or 2."
    )
}
