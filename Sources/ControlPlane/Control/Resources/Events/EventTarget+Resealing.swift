import Secrets

extension EventDestinationRecord: SealedDocument {
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        try self.target.reseal(seals)
    }
}

extension EventTarget {
    fileprivate mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        switch self {
        case .firehose(var access, let stream):
            guard try access.reseal(seals) else { return false }
            self = .firehose(access: access, stream: stream)
        case .kinesis(var access, let stream):
            guard try access.reseal(seals) else { return false }
            self = .kinesis(access: access, stream: stream)
        case .cloudWatchLogs(var access, let group):
            guard try access.reseal(seals) else { return false }
            self = .cloudWatchLogs(access: access, group: group)
        case .datadog(var key, let tags, let service, let site):
            guard try key.reseal(seals) else { return false }
            self = .datadog(key: key, tags: tags, service: service, site: site)
        case .azureLogs(var logs):
            guard try logs.secret.reseal(seals) else { return false }
            self = .azureLogs(logs)
        case .bucket(var access, let name, let prefix, let isCompressed, let bytes, let seconds):
            guard try access.reseal(seals) else { return false }
            self = .bucket(
                access: access,
                name: name,
                prefix: prefix,
                isCompressed: isCompressed,
                bytes: bytes,
                seconds: seconds
            )
        case .http(var http):
            guard try [http.secret.reseal(seals), http.headers.reseal(seals)].contains(true) else { return false }
            self = .http(http)
        case .otlp(var otlp):
            guard try otlp.headers.reseal(seals) else { return false }
            self = .otlp(otlp)
        case .kafka(var kafka):
            guard try kafka.password.reseal(seals) else { return false }
            self = .kafka(kafka)
        case .debug, .syslog, .file:
            return false
        }
        return true
    }
}

extension CloudAccess {
    fileprivate mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        guard case .key(let id, var secret) = self, try secret.reseal(seals) else { return false }
        self = .key(id: id, secret: secret)
        return true
    }
}

extension SealedText? {
    fileprivate mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        guard var text = self, try text.reseal(seals) else { return false }
        self = text
        return true
    }
}

extension [String: SealedText] {
    fileprivate mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        var hasChanged = false
        for (name, value) in self {
            var value = value
            guard try value.reseal(seals, as: .header(name)) else { continue }
            self[name] = value
            hasChanged = true
        }
        return hasChanged
    }
}
