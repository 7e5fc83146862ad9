//! The course of one upload: open, check, create or resume, send, complete, and clean up.

use std::future::IntoFuture;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::Ordering;

use super::check::check;
use super::context::Context;
use super::plan::{PartSizes, Plan};
use super::replies::CreatedUpload;
use super::resume::{Session, State, StateStorage, base_url_for_state, earlier_state, has_state, lock_state};
use super::source::{OpenSource, Source};
use super::stop::{Details, Stop, check_unchanged};
use super::transfer::{Admission, Content, Transfer, Turn};
use super::whole_file::send_whole_file;
use super::{Api, Event, RestartReason, Upload, UploadError, Uploaded, Uploader};
use crate::apis::configuration::Configuration;
use crate::models::create_upload_request::Purpose;
use crate::models::{CreateUploadRequest, FileExpirationAfter};

/// How often one run starts from the beginning because the server refuses an upload.
const MAX_RESTARTS: u32 = 2;

/// The course of one upload.
struct Run {
    context: Context,
    sizes: PartSizes,
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded, UploadError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run(self))
    }
}

async fn run(upload: Upload) -> Result<Uploaded, UploadError> {
    let handle = upload.handle();
    let Upload { uploader, source, purpose, expires_after, resume, listeners, .. } = upload;
    check_expiry(expires_after.as_ref())?;
    let cancelled = || UploadError::Cancelled { upload_id: None };
    let start = async {
        let ((length, source), turn) = uploader.limit.turn_after(measure(&uploader, source)).await?;
        // Opened only now, since not all of many files can be open.
        let admission = uploader.limit.admit(length).await;
        Ok::<_, UploadError>((source, turn, admission))
    };
    let (source, turn, mut admission) = handle.unless_cancelled(start).await.ok_or_else(cancelled)??;
    let (is_reader, name) = (source.is_reader(), source.display_name());
    let opened = source.open(uploader.buffers.clone()).await;
    let mut source = opened.map_err(|source| UploadError::Source { name, source, state: None })?;
    let context = Context {
        part_configuration: Configuration { timeout: None, ..uploader.configuration().clone() },
        base_url: base_url_for_state(&uploader.configuration().base_path),
        request: request(&source, purpose, expires_after),
        name: source.name.clone(),
        uploader,
        listeners,
        handle,
    };
    let api = context.uploader.api_for(source.length);
    let is_forced = context.uploader.options().api.is_some();
    // A file that is sent by one request has no state, unless an earlier upload has left one.
    let storage = if api == Api::Files && (is_forced || !has_state(&source, &resume).await) {
        None
    } else {
        lock_state(&context, &source, resume).await?
    };
    let earlier = earlier_state(&context, storage.as_deref(), &source).await;
    if earlier.is_none() {
        // One that was started was checked then.
        context.handle.unless_cancelled(check(&context, &source)).await.ok_or_else(cancelled)??;
    }
    if api == Api::Files && earlier.is_none() {
        return send_whole_file(&context, &mut source, storage, Some(turn)).await;
    }
    let sizes = context.uploader.part_sizes(source.length, is_reader)?;
    Run { context, sizes }.upload(&mut source, storage, earlier, turn, &mut admission).await
}

/// The length of the source, if its parts can be sent.
async fn measure(uploader: &Uploader, source: Source) -> Result<(u64, Source), UploadError> {
    let (name, is_reader) = (source.display_name(), source.is_reader());
    let error = |source| UploadError::Source { name: name.clone(), source, state: None };
    let (length, source) = source.measure().await;
    let length = length.map_err(error)?;
    uploader.plan_for(length, is_reader)?;
    Ok((length, source.ok_or_else(|| error(std::io::Error::other("it was lost")))?))
}

fn request(
    source: &OpenSource,
    purpose: Purpose,
    expires_after: Option<FileExpirationAfter>,
) -> CreateUploadRequest {
    let (file_name, mime_type) = (source.file_name.clone(), source.mime_type.clone());
    let request = CreateUploadRequest::new(file_name, purpose, source.length, mime_type);
    CreateUploadRequest { expires_after, ..request }
}

fn check_expiry(expires_after: Option<&FileExpirationAfter>) -> Result<(), UploadError> {
    let allowed = FileExpirationAfter::SECONDS_MINIMUM..=FileExpirationAfter::SECONDS_MAXIMUM;
    let Some(after) = expires_after.filter(|after| !allowed.contains(&after.seconds)) else { return Ok(()) };
    let (min, max) = allowed.into_inner();
    let message = format!("a file cannot expire after {} seconds; give {min} to {max}", after.seconds);
    Err(UploadError::Options { message })
}

impl Run {
    /// Resumes the `earlier` upload or creates one, and starts from the beginning if the server refuses it.
    async fn upload(
        &self,
        source: &mut OpenSource,
        mut storage: Option<Box<dyn StateStorage>>,
        mut earlier: Option<State>,
        turn: Turn,
        admission: &mut Admission,
    ) -> Result<Uploaded, UploadError> {
        let mut turn = Some(turn);
        let mut restarts = 0;
        loop {
            let earlier = earlier.take();
            self.announce_plan(source, earlier.as_ref());
            let mut session = match earlier {
                Some(state) => Session::resume(&self.context, state, storage.take()).await,
                None => match self.context.create(|| drop(turn.take())).await {
                    Ok(created) => self.begin(source, storage.take(), created).await,
                    Err(stop) if self.can_be_sent_whole(&stop, source) => {
                        return send_whole_file(&self.context, source, storage, None).await;
                    }
                    Err(stop) => Err(stop),
                },
            }
            .map_err(|stop| self.error(stop, source, None, None))?;
            turn = None;
            let stop = match self.send_and_complete(source, &mut session, admission).await {
                Ok(uploaded) => {
                    session.forget(&self.context).await;
                    self.context.listeners.emit(&Event::Done { file: uploaded.file.clone() });
                    return Ok(uploaded);
                }
                Err(stop) => stop,
            };
            // A line that needs longer than an upload lives would not do better the next time.
            let refusal = stop.refusal(session.is_resumed).filter(|_| !session.has_outlived());
            match refusal {
                Some(message) if restarts < MAX_RESTARTS && source.can_be_read_again() => {
                    restarts += 1;
                    self.context
                        .listeners
                        .emit(&Event::Restarted { reason: RestartReason::Refused { message } });
                    // It may still exist, if the server refused only a part.
                    self.context.cancel(&session.upload_id).await;
                    storage = session.forget(&self.context).await;
                }
                _ => return Err(self.clean_up(stop, source, session).await),
            }
        }
    }

    fn announce_plan(&self, source: &OpenSource, earlier: Option<&State>) {
        let finished =
            earlier.map(|state| state.parts.iter().map(|part| part.range.clone()).collect::<Vec<_>>());
        let plan = Plan::of(&self.sizes, source.length, finished.as_deref());
        self.context.listeners.emit(&Event::Planned { plan });
    }

    async fn send_and_complete(
        &self,
        source: &mut OpenSource,
        session: &mut Session,
        admission: &mut Admission,
    ) -> Result<Uploaded, Stop> {
        let (content, digest) = Content::of(source, self.context.uploader.options.md5);
        Transfer::new(&self.context, session, self.sizes.clone(), source.length, admission)
            .send(content)
            .await?;
        let digest = match digest {
            Some(digest) => {
                Some(self.context.handle.unless_cancelled(digest.finish()).await.ok_or(Stop::Cancelled)?)
            }
            None => None,
        };
        // A file that became shorter has no digest, and the change is the better reason.
        check_unchanged(source.content()).await?;
        self.complete(session, digest.transpose().map_err(Stop::of_source)?).await
    }

    /// Begins to send an upload that was created a moment ago.
    async fn begin(
        &self,
        source: &OpenSource,
        storage: Option<Box<dyn StateStorage>>,
        upload: CreatedUpload,
    ) -> Result<Session, Stop> {
        let upload_id = upload.id.clone();
        let session = Session::new(&self.context, source, storage, upload).await;
        if session.is_err() {
            // Nobody knows of it yet.
            self.context.cancel(&upload_id).await;
        }
        session
    }

    /// Whether the upload stopped only because the server has no Uploads API, and the Files API may take the file.
    fn can_be_sent_whole(&self, stop: &Stop, source: &OpenSource) -> bool {
        let uploader = &self.context.uploader;
        if uploader.options().api.is_some() || !source.can_be_read_again() || !stop.says_no_uploads() {
            return false;
        }
        uploader.lacks_uploads.store(true, Ordering::Relaxed);
        uploader.api_for(source.length) == Api::Files
    }

    async fn complete(&self, session: &mut Session, md5: Option<String>) -> Result<Uploaded, Stop> {
        let slot = self.context.handle.unless_cancelled(self.context.uploader.limit.slot()).await;
        drop(slot.ok_or(Stop::Cancelled)?);
        session.completing(&self.context).await?;
        self.context.listeners.emit(&Event::Completing { md5: md5.clone() });
        let upload_id = session.upload_id.clone();
        let part_ids = session.part_ids();
        let file = self.context.complete(&upload_id, part_ids, md5.clone(), session.may_be_completed).await?;
        Ok(Uploaded { file, upload_id: Some(upload_id), md5, sent_bytes: session.sent_bytes() })
    }

    /// After a failure: keeps what can be resumed later, and removes everything else, here and on the server.
    async fn clean_up(&self, stop: Stop, source: &OpenSource, session: Session) -> UploadError {
        let upload_id = session.upload_id.clone();
        let has_state = stop.is_resumable() || matches!(stop, Stop::TakenOver(_));
        let state = session.state_path().filter(|_| has_state);
        if state.is_none() {
            if !stop.leaves_upload_alone() {
                self.context.cancel(&upload_id).await;
            }
            session.forget(&self.context).await;
        }
        self.error(stop, source, Some(upload_id), state)
    }

    fn error(
        &self,
        stop: Stop,
        source: &OpenSource,
        upload_id: Option<String>,
        state: Option<PathBuf>,
    ) -> UploadError {
        let (name, file_name) = (self.context.name.clone(), self.context.request.filename.clone());
        stop.into_error(Details { name, file_name, bytes: source.length, upload_id, state })
    }
}
