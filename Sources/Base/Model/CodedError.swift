package import Addressing

/// An error of a module that knows no codes, with the code under which people meet it.
package protocol CodedError: Error, CustomStringConvertible {
    var code: ErrorCode { get }
}

extension Failure {
    /// The failure that `error` is to the one who gave the text.
    package init(_ error: some CodedError) {
        self.init(error.code, error.description, cause: error)
    }
}

extension HostNameError: CodedError {
    package var code: ErrorCode { self.reason.code }
}

extension HostNameError.Reason {
    /// The code that says what is wrong with the name.
    package var code: ErrorCode {
        switch self {
        case .empty, .emptyLabel: .hostEmptyLabel
        case .tooLong: .hostTooLong
        case .labelTooLong: .hostLabelTooLong
        case .labelStart: .hostLabelStart
        case .labelEnd: .hostLabelEnd
        case .underscore: .hostUnderscore
        case .character: .hostCharacter
        case .hyphens: .hostHyphens
        case .punycode: .hostPunycode
        case .wildcard: .hostWildcard
        case .suffix: .hostSuffix
        }
    }
}

extension EndpointURLError: CodedError {
    package var code: ErrorCode {
        switch self.reason {
        case .malformed: .urlMalformed
        case .scheme: .urlScheme
        case .part: .urlPart
        case .trailingSlash: .urlTrailingSlash
        case .port, .missingPort: .urlPort
        case .portNotNumeric: .urlPortNotNumeric
        case .portOutOfRange: .urlPortRange
        case .tooDeep: .urlTooDeep
        case .incomplete: .urlIncomplete
        case .host(let reason): reason.code
        }
    }
}

extension UpstreamAddressError: CodedError {
    package var code: ErrorCode { .upstreamAddressInvalid }
}

extension DialAddressError: CodedError {
    /// What agents are told to connect to is the only address of this form that people meet outside a configuration
    /// file, whose errors have a code of their own.
    package var code: ErrorCode { .connectAddressInvalid }
}

extension IPAddressError: CodedError {
    package var code: ErrorCode { .configurationInvalid }
}

extension NetworkAddressError: CodedError {
    package var code: ErrorCode { .configurationInvalid }
}
