//! Processes in containers.

use super::*;

fn file(fd: u32, data: &str) -> Input {
    Input::File(wire::FdMessage { fd, eof: false, data: data.into() })
}

fn exit(code: u32, error: Option<&str>) -> Input {
    let error = error.map(|message| buildkit_proto::rpc::Status {
        code: 2,
        message: message.into(),
        details: vec![],
    });
    Input::Exit(wire::ExitMessage { code, error })
}

async fn run(messages: Vec<Input>, limit: usize) -> (Result<Exit, Error>, Calls) {
    let engine = Engine::new("0.25")
        .on_new_container(|_| wire::NewContainerResponse {})
        .on_release_container(|_| wire::ReleaseContainerResponse {})
        .with_process(messages);
    let (gateway, calls) = connect(engine).await;
    let mount = ContainerMount {
        destination: "/".into(),
        kind: MountKind::Result { reference: Reference::empty(), selector: "root".into() },
        readonly: true,
    };
    let query = ContainerQuery { id: "c1".into(), mounts: vec![mount], ..ContainerQuery::default() };
    let container = gateway.new_container(&query).await.unwrap();
    let process = Process {
        args: vec!["cat".into()],
        env: [("A".to_owned(), "b".to_owned())].into(),
        input: vec![b'x'; 100_000],
        ..Process::default()
    };
    let exit = gateway.exec(&container, &process, limit).await;
    gateway.release_container(container).await.unwrap();
    (exit, calls)
}

#[tokio::test]
async fn a_process_reads_writes_and_ends() {
    let started = Input::Started(wire::StartedMessage {});
    let done = Input::Done(wire::DoneMessage {});
    let messages =
        vec![started, file(1, "ou"), file(2, "err"), exit(3, Some("exit code: 3")), file(1, "t"), done];
    let (exit, calls) = run(messages, 6).await;
    assert_eq!(exit, Ok(Exit { code: 3, stdout: b"out".to_vec(), stderr: b"err".to_vec() }));
    assert_eq!(calls.names(), ["Ping", "NewContainer", "ExecProcess", "ReleaseContainer"]);
    let Call::NewContainer(container) = &calls.all()[1] else { panic!("{calls:?}") };
    assert_eq!(container.network, i32::from(pb::NetMode::None));
    assert_eq!((&*container.mounts[0].dest, &*container.mounts[0].selector), ("/", "root"));
    let Call::ExecProcess(sent) = &calls.all()[2] else { panic!("{calls:?}") };
    let Some(Input::Init(init)) = &sent[0].input else { panic!("{sent:?}") };
    assert_eq!(init.meta.as_ref().unwrap().env, ["A=b"]);
    let input: usize = sent
        .iter()
        .map(|message| match &message.input {
            Some(Input::File(file)) => file.data.len(),
            _ => 0,
        })
        .sum();
    assert_eq!(input, 100_000);
}

#[tokio::test]
async fn a_process_that_cannot_start_or_has_no_end_or_writes_too_much_is_an_error() {
    let (exit, _calls) = run(vec![self::exit(255, Some("exec: cat: not found"))], 10).await;
    assert_eq!(exit.unwrap_err().to_string(), "exec: cat: not found");
    let (exit, _calls) = run(vec![file(1, "x")], 10).await;
    assert_eq!(
        exit.unwrap_err().to_string(),
        "BuildKit's answer to `ExecProcess` cannot be used: the process has no end"
    );
    let (exit, _calls) = run(vec![file(1, "0123456789"), file(2, "x")], 10).await;
    assert_eq!(exit.unwrap_err().to_string(), "`output of a process` is larger than 10 bytes");
}
