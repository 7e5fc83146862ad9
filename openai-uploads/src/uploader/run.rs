//! The course of one upload: open, check, create or resume, send, complete, and clear up.

use std::path::PathBuf;

use super::body::Buffers;
use super::check::check;
use super::content::Content;
use super::event::Listeners;
use super::limit::Admission;
use super::resume::base_url_for_state;
use super::sending::Sending;
use super::session::Session;
use super::source::Opened;
use super::state_file::StateFile;
use super::stop::{Remains, Stop};
use super::{Afresh, Event, Plan, State, Upload, UploadError, UploadHandle, Uploaded, Uploader};
use crate::apis::configuration::Configuration;
use crate::models::create_upload_request::Purpose;
use crate::models::{CreateUploadRequest, FileExpirationAfter};

/// How often one run begins anew because the server does not go on with an upload.
const FRESH_STARTS: u32 = 2;

/// What stays the same during one upload.
pub(super) struct Run {
    pub(super) uploader: Uploader,
    /// For parts, which may take as long as they like while they move.
    pub(super) part_configuration: Configuration,
    pub(super) listeners: Listeners,
    pub(super) handle: UploadHandle,
    pub(super) request: CreateUploadRequest,
    /// What messages call the source.
    pub(super) name: String,
    pub(super) base_url: String,
    buffers: Buffers,
}

pub(super) async fn run(upload: Upload) -> Result<Uploaded, UploadError> {
    let handle = upload.handle();
    let Upload { uploader, source, purpose, expires_after, resume, listeners, .. } = upload;
    check_expiry(expires_after.as_ref())?;
    let is_reader = source.is_reader();
    // Before it is waited for, since an error in the last of many files is better known at once; the file is
    // opened only after that, since not all of many can be open.
    let (length, source) = source.measured().await?;
    uploader.plan_for(length, is_reader)?;
    let cancelled = || UploadError::Cancelled { upload_id: None };
    let admitted = handle.unless_cancelled(uploader.limit.admit(length)).await;
    let mut admission = admitted.ok_or_else(cancelled)?;
    let mut source = source.open().await?;
    let plan = uploader.plan_for(source.length, is_reader)?;
    let run = Run {
        part_configuration: Configuration { timeout: None, ..uploader.configuration().clone() },
        base_url: base_url_for_state(&uploader.configuration().base_path),
        buffers: uploader.buffers.clone(),
        request: request(&source, purpose, expires_after),
        name: source.name.clone(),
        uploader,
        listeners,
        handle,
    };
    let file = run.take_state_file(&source, resume).await?;
    let earlier = run.earlier_state(file.as_ref(), &source).await;
    if earlier.is_none() {
        // One that was begun was checked then.
        run.handle.unless_cancelled(check(&run, &source)).await.ok_or_else(cancelled)??;
    }
    run.listeners.tell(&Event::Planned { plan: plan.clone() });
    run.upload(&mut source, &plan, file, earlier, &mut admission).await
}

fn request(
    source: &Opened,
    purpose: Purpose,
    expires_after: Option<FileExpirationAfter>,
) -> CreateUploadRequest {
    let (filename, mime_type) = (source.filename.clone(), source.mime_type.clone());
    let request = CreateUploadRequest::new(filename, purpose, source.length, mime_type);
    CreateUploadRequest { expires_after, ..request }
}

fn check_expiry(expires_after: Option<&FileExpirationAfter>) -> Result<(), UploadError> {
    let allowed = FileExpirationAfter::SECONDS_MINIMUM..=FileExpirationAfter::SECONDS_MAXIMUM;
    let Some(after) = expires_after.filter(|after| !allowed.contains(&after.seconds)) else { return Ok(()) };
    let (least, most) = allowed.into_inner();
    let message = format!("a file cannot expire after {} seconds; give {least} to {most}", after.seconds);
    Err(UploadError::Options { message })
}

impl Run {
    /// Goes on with the `earlier` upload or creates one, and begins anew where the server knows nothing of it.
    async fn upload(
        &self,
        source: &mut Opened,
        plan: &Plan,
        mut file: Option<StateFile>,
        mut earlier: Option<(State, Plan)>,
        admission: &mut Admission,
    ) -> Result<Uploaded, UploadError> {
        let mut fresh_starts = 0;
        loop {
            let mut session = match earlier.take() {
                Some((state, plan)) => Session::resumed(self, state, plan, file.take()),
                None => Session::created(self, source, plan.clone(), file.take())
                    .await
                    .map_err(|stop| self.error(stop, source, None, None))?,
            };
            let stop = match self.send_and_complete(source, &mut session, admission).await {
                Ok(uploaded) => {
                    session.forget(self).await;
                    self.listeners.tell(&Event::Done { file: uploaded.file.clone() });
                    return Ok(uploaded);
                }
                Err(stop) => stop,
            };
            match stop.refusal(session.is_resumed) {
                Some(message) if fresh_starts < FRESH_STARTS && source.can_be_read_again() => {
                    fresh_starts += 1;
                    self.listeners.tell(&Event::Afresh { reason: Afresh::Refused { message } });
                    // It may be there all the same, if it was only a part that the server refused.
                    self.cancel(&session.upload_id).await;
                    file = session.forget(self).await;
                }
                _ => return Err(self.clear_up(stop, source, session).await),
            }
        }
    }

    async fn send_and_complete(
        &self,
        source: &mut Opened,
        session: &mut Session,
        admission: &mut Admission,
    ) -> Result<Uploaded, Stop> {
        let (content, digest) = Content::of(source, self.buffers.clone(), self.uploader.options.md5);
        Sending::new(self, session, admission).send(content).await?;
        let md5 = match digest {
            Some(digest) => {
                let digest = self.handle.unless_cancelled(digest.finish()).await.ok_or(Stop::Cancelled)?;
                // A file that became shorter has no digest, and that it did is the better reason.
                source.check().await?;
                Some(digest.map_err(Stop::Source)?)
            }
            None => None,
        };
        source.check().await?;
        self.complete(session, md5, source.length).await
    }

    /// After a failure: what can go on later stays, and nothing else does, here or on the server.
    async fn clear_up(&self, stop: Stop, source: &Opened, session: Session) -> UploadError {
        let upload_id = session.upload_id.clone();
        let state = session.state_path().filter(|_| stop.is_resumable());
        if state.is_none() {
            if !stop.is_after_completion() {
                self.cancel(&upload_id).await;
            }
            session.forget(self).await;
        }
        self.error(stop, source, Some(upload_id), state)
    }

    fn error(
        &self,
        stop: Stop,
        source: &Opened,
        upload_id: Option<String>,
        state: Option<PathBuf>,
    ) -> UploadError {
        let (name, filename) = (self.name.clone(), self.request.filename.clone());
        stop.into_error(Remains { name, filename, bytes: source.length, upload_id, state })
    }
}
